// `npm run check`, `npm test` and `npm run verify`: runs a list of .ci/steps.mjs, or those of its steps that are named as arguments.
//
// As many steps run at a time as there are cores. What a step prints is shown when it ends, whole. After a failed step
// the others go on. The last line is `N passed, N failed`: a step counts one, and a step with `total: true` what its own
// last line of that form says. One that has no such line, ran nothing, or exits non-zero without naming a failure adds a
// failure. What failed is repeated above that line: logs are often cut in the middle. No step has a limit of time; one that
// has printed nothing for ten minutes hangs, and is stopped.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { failuresIn } from './failures.mjs';
import * as lists from './steps.mjs';

const SILENCE = 10 * 60_000; // ms
const lanes = Math.max(2, Math.min(4, availableParallelism()));

/** Every step is a process group of its own: a hung browser or server ends with it. */
const running = new Set();
function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('exit', () => running.forEach(end));

/** Runs an npm script; what it printed and its exit code, or nothing of the latter where it hung. */
function execute([script, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: true,
    });
    running.add(child);
    let text = '';
    const silence = setTimeout(() => {
      const last = text.trimEnd().split('\n').slice(-5).join('\n    ');
      text += `\n✗ stopped, since it printed nothing for ten minutes; its last lines:\n    ${last}\n`;
      end(child);
    }, SILENCE);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        text += data;
        silence.refresh();
      });
    }
    child.on('exit', () => end(child)); // what it left behind would disturb the next ones, and hold its output open
    child.on('close', (code) => {
      clearTimeout(silence);
      running.delete(child);
      resolve({ text, ok: code === 0 });
    });
  });
}

/** What a step adds to the total. */
function count(step, { text, ok }) {
  if (!step.total) return { passed: Number(ok), failed: Number(!ok) };
  const [, passed, failed] = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)?.map(Number) ?? [0, 0, 0];
  return { passed, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed };
}

async function run(step) {
  const since = performance.now();
  const why = step.skip?.();
  const result = why === undefined ? await execute(step.run, step.env) : { text: `not run: ${why}\n`, ok: true };
  const counts = why === undefined ? count(step, result) : { passed: 0, failed: 0 };
  const row = { ...step, ...counts, why, text: result.text, seconds: (performance.now() - since) / 1000 };
  console.log(`\n── ${step.name} (npm run ${step.run.join(' ')})\n${result.text.trimEnd()}\n${line(row)}`);
  return row;
}

function line({ name, passed, failed, why, total, seconds }) {
  const outcome = why === undefined ? (failed === 0 ? 'ok' : 'FAILED') : 'not run';
  const counts = total ? `  ${passed} passed, ${failed} failed` : '';
  return `${outcome.padEnd(8)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ${name}${counts}`;
}

const [listed = '', ...wanted] = process.argv.slice(2);
const list = typeof lists[listed] === 'function' ? lists[listed]() : lists[listed];
const steps = list.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (steps.length < wanted.length) {
  console.error(`the steps of ${listed} are: ${list.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const begin = performance.now();
const waiting = [...steps];
const rows = [];
const hasEnded = (name) => rows.some((row) => row.name === name) || !steps.some((step) => step.name === name);
let free = lanes;
await new Promise((resolve) => {
  function next() {
    if (rows.length === steps.length) resolve();
    const index = free > 0 ? waiting.findIndex(({ needs = [] }) => needs.every(hasEnded)) : -1;
    if (index < 0) return;
    const [step] = waiting.splice(index, 1);
    console.log(`… ${step.name}`);
    free -= 1;
    void run(step).then((row) => {
      rows.push(row);
      free += 1;
      next();
    });
    next();
  }
  next();
});

const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`\n── ${listed}, ${((performance.now() - begin) / 1000).toFixed(0)} s`);
for (const row of rows) console.log(line(row));
for (const { name, text } of rows.filter(({ failed }) => failed > 0)) {
  console.log(`\n── failed in ${name}:\n${failuresIn(text).join('\n')}`);
}
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
