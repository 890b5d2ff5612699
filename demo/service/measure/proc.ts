import { readFile } from 'node:fs/promises';

/** The text of a file under /proc or /sys, or undefined on platforms (and in sandboxes) that have none. */
export async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
