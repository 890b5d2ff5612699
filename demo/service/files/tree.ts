import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { visible } from './root.ts';

export interface Folder {
  readonly path: string;
  readonly files: readonly string[];
}

/**
 * The folders below one, each with the names of its files, in the order of their names.
 * Symbolic links are not followed, so the walk ends and stays inside. It stops between two folders when `signal` says so,
 * and leaves out the folders that `enter` refuses.
 */
export async function* folders(
  start: string,
  signal: AbortSignal,
  enter = (_path: string) => true,
): AsyncGenerator<Folder> {
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    signal.throwIfAborted();
    const entries = (await list(path)).filter(({ name }) => visible(name));
    entries.sort((a, b) => (a.name < b.name ? 1 : -1)); // backwards: the stack turns the order round
    for (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.isDirectory() && enter(below)) waiting.push(below);
    }
    yield { path, files: entries.filter((entry) => entry.isFile()).map(({ name }) => name) };
  }
}

/** A folder that vanished, or that may not be read, is an empty one. */
async function list(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
