import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ApplicationError } from 'rxwamp';
import type { HashProgress } from '../../shared/host.ts';
import { pace } from './paced.ts';
import { shown } from './root.ts';

const report = 60; // ms between two partial results
const chunk = 1 << 20; // bytes read at once

/** SHA-256 of a file, with partial results while a large one is read. The last value carries the hash. */
export async function* hash(path: string, signal: AbortSignal): AsyncGenerator<HashProgress> {
  const found = await stat(path);
  if (!found.isFile()) throw new ApplicationError('wamp.error.invalid_argument', ['this path is not a file']);
  const due = pace(report);
  const digest = createHash('sha256');
  const progress = { path: shown(path), bytes: found.size };
  let hashed = 0;
  yield { ...progress, hashed };
  for await (const data of createReadStream(path, { highWaterMark: chunk, signal }) as AsyncIterable<Buffer>) {
    digest.update(data);
    hashed += data.length;
    if (due()) yield { ...progress, hashed };
  }
  yield { ...progress, hashed, sha256: digest.digest('hex') };
}
