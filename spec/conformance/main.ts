// `WAMP_TESTSUITE=<folder> npm run test:conformance`: the specification's own test suite, or a part of it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import { report, runSuite } from './suite.ts';
import type { VectorFile } from './vectors.ts';

const HELP = `WAMP_TESTSUITE is not set. Set it to the folder 'testsuite' of a checkout of the WAMP specification
(https://github.com/wamp-proto/wamp-proto), or to a folder with a part of its files:

  WAMP_TESTSUITE=../wamp-proto/testsuite npm run test:conformance`;

function give(up: string): never {
  console.error(up);
  process.exit(2);
}

const given = process.env['WAMP_TESTSUITE'] ?? '';
if (given === '') give(HELP);
if (!existsSync(given)) give(`WAMP_TESTSUITE: there is no folder '${given}'`);
// the root of a checkout does as well
const root = existsSync(join(given, 'testsuite')) ? join(given, 'testsuite') : given;

const files: VectorFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => {
    const path = join(root, name);
    try {
      return { path: relative(root, path), content: JSON.parse(readFileSync(path, 'utf8')) as unknown };
    } catch (error) {
      return give(`${path}: ${String(error)}`);
    }
  });
if (files.length === 0) give(`WAMP_TESTSUITE: no file of JSON is in '${root}'`);

// The code in samples is for Autobahn|JS and takes a message apart by the names that describeMessage() gives, too.
const checks = runSuite(files, {
  evaluate: (code, msg) => void runInNewContext(code, { msg, assert, Buffer, Uint8Array }, { timeout: 1000 }),
});
for (const line of report(checks)) console.log(line);
process.exitCode = checks.length > 0 && checks.every(({ problem }) => problem === undefined) ? 0 : 1;
