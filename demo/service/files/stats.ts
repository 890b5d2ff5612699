import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FileKind, FileStats } from '../../shared/host.ts';
import { generated, root } from './root.ts';
import { folders } from './tree.ts';

const newline = 10;

/** Files, lines and bytes of the project by kind of file, the largest kind first. */
export async function stats(signal: AbortSignal): Promise<FileStats> {
  const kinds = new Map<string, FileKind>();
  for await (const folder of folders(root, signal, (path) => !generated(path))) {
    for (const name of folder.files) {
      const data = await readFile(join(folder.path, name)).catch(() => undefined);
      if (!data) continue;
      const kind = extname(name).slice(1) || name;
      const known = kinds.get(kind) ?? { kind, files: 0, lines: 0, bytes: 0 };
      kinds.set(kind, {
        kind,
        files: known.files + 1,
        lines: known.lines + lines(data),
        bytes: known.bytes + data.length,
      });
    }
  }
  const rows = [...kinds.values()].sort((a, b) => b.lines - a.lines);
  const sum = (field: 'files' | 'lines' | 'bytes'): number => rows.reduce((total, row) => total + row[field], 0);
  return { files: sum('files'), lines: sum('lines'), bytes: sum('bytes'), kinds: rows };
}

function lines(data: Buffer): number {
  if (data.includes(0)) return 0; // a picture has none
  let count = 0;
  for (let at = data.indexOf(newline); at >= 0; at = data.indexOf(newline, at + 1)) count += 1;
  return count;
}
