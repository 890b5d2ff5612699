// All checks, one after the other: `npm test`, or `npm test -- lint node` for some of them.
//
// Goes on after a failed step, exits non-zero when anything failed, and ends with one line `N passed, N failed`.
// Each spec counts one, and so does each step that has no specs. A runner of specs prints such a line itself, its
// last one counts; a runner that prints none, or ran nothing, or exits non-zero without naming a failure, adds one
// failure: a crash can never look like a success.
import { spawn, spawnSync } from 'node:child_process';

const minutes = 60_000;
/** name, the npm script, and for runners of specs `specs: true`; `limit` in ms stops what hangs. */
const steps = [
  { name: 'build', script: 'build' },
  { name: 'types', script: 'types' },
  { name: 'lint', script: 'lint' },
  { name: 'format', script: 'format' },
  { name: 'node', script: 'test:node', specs: true, limit: 10 * minutes },
  { name: 'browser', script: 'test:browser', specs: true, limit: 10 * minutes },
  { name: 'coverage', script: 'coverage' },
  { name: 'package', script: 'check:package' },
  { name: 'size', script: 'check:size' },
  { name: 'readme', script: 'check:readme' },
  // that they run, and a minute of the soak; figures are for a quiet machine and more time
  { name: 'bench', script: 'check:bench' },
  { name: 'soak', script: 'check:soak' },
  { name: 'e2e', script: 'test:e2e', specs: true, limit: 5 * minutes },
  { name: 'interop', script: 'test:interop', specs: true, limit: 15 * minutes, without: missing },
];

/** What real routers need and this machine has not; the suite itself says what of it is too old. */
function missing() {
  const lacks = ['go', 'python3'].filter((name) => spawnSync(name, ['--help'], { stdio: 'ignore' }).error);
  return lacks.length > 0 ? `this machine has no ${lacks.join(' and no ')}` : undefined;
}

let child;
/** A step is a process group of its own, so that a hung browser or server ends with it. */
function killGroup(signal) {
  try {
    if (child?.pid) process.kill(-child.pid, signal);
  } catch {
    // already gone
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    killGroup(signal);
    process.exit(1);
  });
}
process.on('exit', () => killGroup('SIGKILL'));

function run({ script, specs, limit = 4 * minutes }) {
  return new Promise((resolve) => {
    child = spawn('npm', ['run', '--silent', script], {
      stdio: ['ignore', specs ? 'pipe' : 'inherit', 'inherit'],
      env: { ...process.env, COVERAGE: '1' },
      detached: true,
    });
    let text = '';
    child.stdout?.on('data', (data) => {
      process.stdout.write(data);
      text = (text + data).slice(-20_000); // the total stands at the end
    });
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      console.log(`stopped: no end after ${limit / minutes} minutes`);
      killGroup('SIGKILL');
    }, limit);
    child.on('error', (error) => console.log(String(error)));
    // What the step left behind would disturb the next ones, and hold its output open.
    child.on('exit', () => killGroup('SIGKILL'));
    child.on('close', (code) => {
      clearTimeout(timer);
      const ok = code === 0 && !hung;
      if (!specs) return resolve({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
      const total = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
      const passed = Number(total?.[1] ?? 0);
      const failed = Number(total?.[2] ?? 0);
      if (!total) console.log('this runner gave no total');
      else if (passed + failed === 0) console.log('this runner ran nothing');
      const unnamed = failed === 0 && (!ok || passed === 0);
      resolve({ passed, failed: failed + (unnamed ? 1 : 0) });
    });
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${steps.map((step) => step.name).join(', ')}`);
  process.exit(2);
}
const chosen = steps.filter((step) => wanted.length === 0 || wanted.includes(step.name));
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const begin = performance.now();
const rows = [];
for (const [index, step] of chosen.entries()) {
  console.log(`\n── ${index + 1}/${chosen.length} ${step.name} (npm run ${step.script})`);
  const since = performance.now();
  const why = step.without?.();
  if (why !== undefined) {
    console.log(`── ${step.name} not run: ${why}`);
    rows.push({ ...step, passed: 0, failed: 0, took: 'not run', why });
    continue;
  }
  const { passed, failed } = await run(step);
  const took = seconds(since);
  rows.push({ ...step, passed, failed, took });
  console.log(`── ${step.name} ${failed === 0 ? 'ok' : 'FAILED'}, ${took}`);
}

const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log('\n── summary');
for (const { name, passed, failed, took, specs, why } of rows) {
  const detail = why ? `  ${why}` : specs ? `  ${passed} passed, ${failed} failed` : '';
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${took.padStart(8)}${detail}`);
}
console.log(`in ${seconds(begin)}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
