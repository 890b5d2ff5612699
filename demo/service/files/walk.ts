import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSize, WalkProgress } from '../../shared/host.ts';
import { pace } from './paced.ts';
import { shown } from './root.ts';
import { folders } from './tree.ts';

const shownLargest = 4;
const report = 60; // ms between two partial results

/** Walks the tree twice: a quick look at the folders for the total, then a look at every file. The last value is the result. */
export async function* walk(start: string, signal: AbortSignal): AsyncGenerator<WalkProgress> {
  const due = pace(report);
  let state: WalkProgress = { phase: 'counting', folders: 0, files: 0, bytes: 0, path: shown(start), largest: [] };
  yield state;

  for await (const folder of folders(start, signal)) {
    state = {
      ...state,
      folders: state.folders + 1,
      files: state.files + folder.files.length,
      path: shown(folder.path),
    };
    if (due()) yield state;
  }

  state = { ...state, phase: 'measuring', total: state.files, folders: 0, files: 0 };
  yield state;
  for await (const folder of folders(start, signal)) {
    const sizes = await Promise.all(folder.files.map((name) => size(join(folder.path, name))));
    state = {
      ...state,
      folders: state.folders + 1,
      files: state.files + sizes.length,
      bytes: sizes.reduce((sum, { bytes }) => sum + bytes, state.bytes),
      path: shown(folder.path),
      largest: largest([...state.largest, ...sizes]),
    };
    if (due()) yield state;
  }
  yield { ...state, phase: 'done', total: state.files, path: shown(start) };
}

async function size(path: string): Promise<FileSize> {
  try {
    return { path: shown(path), bytes: (await lstat(path)).size };
  } catch {
    return { path: shown(path), bytes: 0 }; // deleted since it was listed
  }
}

function largest(sizes: FileSize[]): readonly FileSize[] {
  return sizes.sort((a, b) => b.bytes - a.bytes).slice(0, shownLargest);
}
