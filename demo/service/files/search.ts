import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SearchHit, SearchProgress } from '../../shared/host.ts';
import { pace } from './paced.ts';
import { generated, shown } from './root.ts';
import { folders } from './tree.ts';

const shownHits = 200; // enough for a reader; the count goes on
const largest = 1_000_000; // bytes: larger files are not written by hand
const excerpt = 160; // characters of a line
const report = 60; // ms between two partial results
const text = /\.(c|m)?(js|ts)x?$|\.(json|md|css|html|txt|ya?ml|toml)$/;

/** Looks for a text in all text files below a folder, ignoring case. The last value carries the sums. */
export async function* search(start: string, query: string, signal: AbortSignal): AsyncGenerator<SearchProgress> {
  const due = pace(report);
  const needle = query.toLowerCase();
  let scanned = 0;
  let matches = 0;
  let reported = 0;
  let hits: SearchHit[] = [];
  for await (const folder of folders(start, signal, worthwhile)) {
    for (const name of folder.files.filter((file) => text.test(file))) {
      signal.throwIfAborted();
      const path = join(folder.path, name);
      const found = linesWith(needle, await content(path));
      scanned += 1;
      matches += found.length;
      for (const { line, text } of found.slice(0, shownHits - reported)) hits.push({ path: shown(path), line, text });
      reported += Math.min(found.length, shownHits - reported);
      if (due()) {
        yield { scanned, matches, hits };
        hits = [];
      }
    }
  }
  if (hits.length > 0) yield { scanned, matches, hits };
  yield { scanned, matches, hits: [] };
}

/** Packages are searched; build results repeat the sources. */
function worthwhile(path: string): boolean {
  return basename(path) === 'node_modules' || !generated(path);
}

async function content(path: string): Promise<string> {
  try {
    return (await stat(path)).size > largest ? '' : await readFile(path, 'utf8');
  } catch {
    return ''; // deleted since it was listed, or not ours to read
  }
}

function linesWith(needle: string, content: string): { line: number; text: string }[] {
  if (!content.toLowerCase().includes(needle)) return [];
  return content
    .split('\n')
    .flatMap((text, index) =>
      text.toLowerCase().includes(needle) ? [{ line: index + 1, text: around(needle, text.trim()) }] : [],
    );
}

/** The part of a long line that holds the match. */
function around(needle: string, text: string): string {
  if (text.length <= excerpt) return text;
  const from = Math.max(0, text.toLowerCase().indexOf(needle) - excerpt / 4);
  return `${from > 0 ? '…' : ''}${text.slice(from, from + excerpt)}…`;
}
