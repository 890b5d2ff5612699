// The fixtures under other test frameworks than Jasmine: small suites, each run as a process.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FROM_SOURCE } from '../helpers/from-source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = 'spec/node/frameworks';

interface Outcome {
  readonly title: string;
  /** What it failed with; empty where it passed. */
  readonly why: string;
}

function run(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const { NODE_V8_COVERAGE: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { cwd: root, env: { ...env, NO_COLOR: '1' }, timeout: 50_000 });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => (out += String(data)));
    child.stderr.on('data', (data) => (err += String(data)));
    child.on('error', reject);
    child.on('close', () => (out.includes('{') ? resolve(out.slice(out.indexOf('{'))) : reject(new Error(err || out))));
  });
}

async function mocha(): Promise<Outcome[]> {
  interface Test {
    readonly title: string;
    readonly err: { readonly message?: string };
  }
  const text = await run(
    ...FROM_SOURCE,
    'node_modules/mocha/bin/mocha.js',
    '--reporter=json',
    `${fixtures}/mocha.fixture.mjs`,
  );
  const { passes, failures } = JSON.parse(text) as { passes: Test[]; failures: Test[] };
  return [...passes, ...failures].map(({ title, err }) => ({ title, why: err.message ?? '' }));
}

async function vitest(): Promise<Outcome[]> {
  interface Test {
    readonly title: string;
    readonly failureMessages?: readonly string[];
  }
  const config = `--config=${fixtures}/vitest.config.mjs`;
  const text = await run('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', config);
  const { testResults } = JSON.parse(text) as { testResults: { assertionResults: Test[] }[] };
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, failureMessages = [] }) => ({ title, why: failureMessages.join('\n') })),
  );
}

const PASSING = ['mocks a procedure', 'has a fresh router', 'waits for an assertion', 'expects marbles through a loss'];
const why = (outcomes: readonly Outcome[], title: string): string | undefined =>
  outcomes.find((each) => each.title === title)?.why;
const LEFT = /^(Error: )?The test left something behind:\n {2}- unhandled: Error: lost/;

describe('the testing kit', () => {
  it('works with Mocha: what it leaves behind fails a test, and so do wrong marbles', async () => {
    const outcomes = await mocha();
    const passed = outcomes.filter((each) => each.why === '').map(({ title }) => title);
    // Mocha counts the hook that fails beside the test
    expect(passed).toEqual([...PASSING, 'FAILS: an unhandled error']);
    expect(why(outcomes, 'FAILS: wrong marbles')).toMatch(/deep-equal/);
    expect(why(outcomes, '"after each" hook for "FAILS: an unhandled error"')).toMatch(LEFT);
    expect(outcomes.length).toBe(7);
  }, 60_000);

  it('works with Vitest, with its hooks and as a fixture of its own', async () => {
    const outcomes = await vitest();
    const passed = outcomes.filter((each) => each.why === '').map(({ title }) => title);
    expect(passed).toEqual([...PASSING, 'is a fixture of test.extend()']);
    expect(why(outcomes, 'FAILS: wrong marbles')).toMatch(/deeply equal/);
    expect(why(outcomes, 'FAILS: an unhandled error')).toMatch(LEFT);
    expect(outcomes.length).toBe(7);
  }, 60_000);
});
