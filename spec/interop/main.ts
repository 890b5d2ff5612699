// npm run test:interop: this client against real routers, and beside real peers.
//
// Starts each router on free ports of 127.0.0.1, runs the suite, stops it, and prints a matrix router × feature. The
// last line is `N passed, N failed`; a known deviation counts as passed, one that no longer occurs as failed. Names of
// routers as arguments pick some, `--filter=<text>` picks specs by a part of their name; `--markdown` prints the last
// result as spec/README.md has it, and runs nothing.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Jasmine from 'jasmine';
import { deviationOf } from './deviations.ts';
import type { Outcome, SpecResult } from './outcome.ts';
import type { Result } from './outcome.ts';
import { judge, markdown, matrix } from './outcome.ts';
import { PEERS } from './peer.ts';
import { CACHE } from './pins.ts';
import { stopAll } from './process.ts';
import { crossbar } from './routers/crossbar.ts';
import { nexus } from './routers/nexus.ts';
import { own } from './routers/own.ts';
import type { RealRouter, RouterName } from './routers/router.ts';
import { setup } from './setup.ts';
import { suite } from './suite.ts';
import { certificate } from './tls.ts';

const ROUTERS: Readonly<Record<RouterName, typeof own>> = { rxwamp: own, nexus, crossbar };
const NAMES = Object.keys(ROUTERS) as RouterName[];
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const args = process.argv.slice(2);
if (args.includes('--markdown')) {
  print(markdown(JSON.parse(readFileSync(`${CACHE}result.json`, 'utf8')) as Result));
  process.exit(0);
}
const filter = args.find((arg) => arg.startsWith('--filter='))?.slice('--filter='.length);
const named = args.filter((arg) => !arg.startsWith('--'));
const odd = named.filter((name) => !NAMES.includes(name as RouterName));
if (odd.length > 0) {
  print(`there is no router ${odd.join(', ')}: ${NAMES.join(', ')}`);
  process.exit(2);
}
const wanted = named.length > 0 ? (named as RouterName[]) : NAMES;

const begin = performance.now();
const kinds = Object.values(PEERS);
const routers = wanted.filter((name) => name !== 'rxwamp');
const installed = await setup([...routers, ...new Set(kinds.map(({ part }) => part))]);
const folder = mkdtempSync(join(tmpdir(), 'rxwamp-interop-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const files = await certificate(folder);

const outcomes: Outcome[] = [];
const versions: string[] = [];
const fail = (router: string, feature: string, error: unknown): void => {
  const why = error instanceof Error ? error.message : String(error);
  print(`✗ ${router}, ${feature}: ${why}`);
  outcomes.push({ router, feature, spec: feature, status: 'failed', why, took: 0 });
};

/** Runs the suite against the routers that have started; specs stand in Jasmine's one process-wide tree. */
const started: RealRouter[] = [];
for (const name of wanted) {
  const part = name === 'rxwamp' ? { version: 'rxwamp router' } : installed[name];
  const title = part?.version?.replace(/ on Python.*/, '') ?? name;
  versions.push(title);
  if (part?.version === undefined) {
    fail(title, 'start', part?.error ?? 'not installed');
    continue;
  }
  const since = performance.now();
  try {
    const router = await ROUTERS[name](title, folder, files);
    await router.start();
    started.push(router);
    print(`${title} runs (pid ${router.program?.pid ?? 0}, ${((performance.now() - since) / 1000).toFixed(1)} s)`);
  } catch (error) {
    fail(title, 'start', error);
  }
}

const jasmine = new Jasmine({ projectBaseDir: process.cwd() });
jasmine.exitOnCompletion = false;
jasmine.clearReporters();
jasmine.configureDefaultReporter({});
jasmine.clearReporters();
jasmine.env.configure({ random: false, forbidDuplicateNames: false, failSpecWithNoExpectations: true });
if (filter !== undefined) {
  jasmine.env.configure({ specFilter: (spec: { getFullName(): string }) => spec.getFullName().includes(filter) });
}
const peerVersions = [...new Set(kinds.flatMap(({ part }) => installed[part]?.version ?? []))];
const peers = kinds.filter(({ name, part }) => {
  const { version, error } = installed[part] ?? {};
  if (version === undefined) for (const { title } of started) fail(title, `beside ${name}`, error ?? 'not installed');
  return version !== undefined;
});
const { places } = suite(started, peers, files);
jasmine.env.addReporter({
  specDone(result: SpecResult & { readonly id: string }) {
    if (result.status === 'excluded') return;
    const place = places.get(result.id);
    if (!place) {
      fail(result.fullName, 'suite', 'a spec without a place');
      return;
    }
    const router = started.find(({ title }) => title === place.router);
    const outcome = judge(place, result, router && deviationOf(router.name, `${place.feature}: ${place.spec}`));
    outcomes.push(outcome);
    if (outcome.status === 'failed')
      print(`✗ ${place.router}, ${place.feature}: ${place.spec}\n    ${indent(outcome.why)}`);
  },
  suiteDone({ fullName, failedExpectations }: Pick<SpecResult, 'fullName' | 'failedExpectations'>) {
    for (const { message } of failedExpectations) fail(fullName, 'suite', message);
  },
  jasmineDone({ failedExpectations }: Pick<SpecResult, 'failedExpectations'>) {
    for (const { message } of failedExpectations) fail('suite', 'suite', message);
  },
});
await jasmine.execute();
await Promise.all(started.map((router) => router.stop('SIGTERM')));
await stopAll();

function indent(text = ''): string {
  return text.split('\n').slice(0, 12).join('\n    ');
}

const seen = outcomes.filter(({ status }) => status === 'deviation');
for (const router of started) {
  const reasons = new Set(seen.filter((each) => each.router === router.title).map(({ why }) => why));
  if (reasons.size > 0) print(`\nknown deviations of ${router.title}:`);
  for (const reason of reasons) print(`  · ${reason ?? ''}`);
}
const titles = versions.map((title) => ({ title }));
print(`\n${matrix(outcomes, titles).join('\n')}`);
mkdirSync(CACHE, { recursive: true });
const reported: Result = { node: process.version, versions, peers: peerVersions, outcomes };
writeFileSync(`${CACHE}result.json`, JSON.stringify(reported, undefined, 1));
const failed = outcomes.filter(({ status }) => status === 'failed').length;
print(`in ${((performance.now() - begin) / 1000).toFixed(0)} s; details in spec/.cache/interop/result.json`);
print(`${outcomes.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
