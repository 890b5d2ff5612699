// npm run interop:setup: puts the routers and peers of the suite into spec/.cache/interop.
//
// Each part has a stamp of what it was made from: a second run does nothing. What cannot be installed is said with its
// cause; the exit code is then 1. `-- nexus crossbar …` picks parts.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CACHE, HERE, PINS } from './pins.mjs';

const print = (line) => process.stdout.write(`${line}\n`);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(0)} s`;

/** What is missing on this machine: told without a stack. */
export class Missing extends Error {}

/** Runs a program, and gives what it printed; its last lines are in the error. */
function run(command, args, { cwd, env, limit = 600_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
    const timer = setTimeout(() => {
      text += `stopped: no end after ${limit / 60_000} minutes`;
      child.kill('SIGKILL');
    }, limit);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error.code === 'ENOENT' ? new Missing(`${command} is not on this machine`) : error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const end = text.trimEnd().split('\n').slice(-15).join('\n');
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ${args.slice(0, 3).join(' ')} … ended with ${code}:\n${end}`));
    });
  });
}

const atLeast = ([a, b], [c, d]) => a > c || (a === c && b >= d);

async function go() {
  const text = await run('go', ['version']).catch((error) => {
    throw error instanceof Missing ? new Missing('Go is not on this machine (1.20 or newer): no nexus') : error;
  });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(text) ?? [];
  const found = [Number(major), Number(minor)];
  const pin = PINS.nexus.find((each) => atLeast(found, each.go));
  if (!pin) throw new Missing(`nexus needs Go 1.20 or newer, here is ${found.join('.')}`);
  return { pin, version: text.trim() };
}

async function python() {
  const { from, to } = PINS.python;
  const seen = [];
  const names = Array.from({ length: to[1] - from[1] + 1 }, (_, i) => `python3.${from[1] + i}`);
  for (const name of ['python3', ...names]) {
    const text = await run(name, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']).catch(
      (error) => (error instanceof Missing ? '' : String(error.message)),
    );
    const [, major, minor] = /^(\d+)\.(\d+)\s*$/.exec(text) ?? [];
    const version = [Number(major), Number(minor)];
    if (major && atLeast(version, from) && atLeast(to, version)) return { name, version: version.join('.') };
    if (text) seen.push(`${name}: ${text.trim().split('\n').at(-1)}`);
  }
  const range = `${from.join('.')} to ${to.join('.')}, with venv and pip`;
  throw new Missing(
    `Python is not on this machine (${range})${seen.length > 0 ? `; there is ${seen.join(', ')}` : ''}`,
  );
}

/** Makes a virtual environment in the part's folder and installs into it. */
async function venv(folder, { name }, requirements, constraints) {
  if (!existsSync(`${folder}/bin/pip`)) {
    rmSync(folder, { recursive: true, force: true });
    await run(name, ['-m', 'venv', folder]);
  }
  const build = `${folder}/build-constraints.txt`;
  writeFileSync(build, `${PINS.build}\n`);
  const limits = constraints ? ['-c', constraints] : [];
  await run(`${folder}/bin/pip`, ['install', '--progress-bar=off', ...requirements, ...limits], {
    env: { PIP_BUILD_CONSTRAINT: build, PYUBJSON_NO_EXTENSION: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  });
}

const file = (name) => readFileSync(`${HERE}${name}`, 'utf8');

/** Each part: what it is made of (its stamp), and how. */
const parts = {
  nexus: {
    async of() {
      const { pin, version } = await go();
      const sums = pin.modfile.replace('.mod', '.sum');
      return { pin, version, of: ['main.go', 'go.mod', pin.modfile, sums].map((name) => file(`nexus/${name}`)) };
    },
    says: ({ pin }) => `nexus ${pin.version}`,
    async make(folder, { pin }) {
      await run('go', ['build', '-trimpath', `-modfile=${pin.modfile}`, '-o', `${folder}/nexus`, '.'], {
        cwd: `${HERE}nexus`,
        env: { GOTOOLCHAIN: 'local' },
      });
    },
  },
  crossbar: {
    of: async () => ({ python: await python(), of: [PINS.crossbar, PINS.build, file('constraints.txt')] }),
    says: ({ python: { version } }) => `Crossbar.io ${PINS.crossbar} on Python ${version}`,
    make: (folder, { python: found }) => venv(folder, found, [`crossbar==${PINS.crossbar}`], `${HERE}constraints.txt`),
  },
  python: {
    of: async () => ({ python: await python(), of: [PINS.autobahnPython, PINS.wampyPython, file('constraints.txt')] }),
    says: () => `Autobahn|Python ${PINS.autobahnPython}, wampy (Python) ${PINS.wampyPython}`,
    async make(folder, { python: found }) {
      const autobahn = `autobahn[encryption,serialization]==${PINS.autobahnPython}`;
      await venv(folder, found, [autobahn, 'wsaccel'], `${HERE}constraints.txt`);
      // it wants versions of its own: without the constraints, and apart from the other
      await venv(`${folder}/wampy`, found, [`wampy==${PINS.wampyPython}`, 'setuptools<81']);
    },
  },
  npm: {
    of: () => Promise.resolve({ of: PINS.npm }),
    says: () =>
      Object.entries(PINS.npm)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    async make(folder) {
      writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, dependencies: PINS.npm }));
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      await run('npm', ['install', ...flags], { cwd: folder });
    },
  },
};

/** The names of what can be set up. */
export const PARTS = Object.keys(parts);

/**
 * Installs what is not there yet.
 *
 * @returns by part the version, or the error that says why not
 */
export async function setup(wanted = PARTS) {
  const outcome = {};
  for (const name of wanted) {
    const part = parts[name];
    const folder = `${CACHE}${name}`;
    const stamp = `${folder}/stamp.txt`;
    const since = performance.now();
    try {
      const found = await part.of();
      const hash = createHash('sha256').update(JSON.stringify(found)).digest('hex');
      outcome[name] = { version: part.says(found) };
      if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
        print(`setup: ${part.says(found)} is there`);
        continue;
      }
      print(`setup: installing ${part.says(found)} …`);
      mkdirSync(folder, { recursive: true });
      await part.make(folder, found);
      writeFileSync(stamp, hash);
      print(`setup: ${part.says(found)} installed, ${seconds(since)}`);
    } catch (error) {
      outcome[name] = { error };
      print(`setup: no ${name}: ${error instanceof Missing ? error.message : String(error.stack)}`);
    }
  }
  return outcome;
}

if (process.argv[1] === `${HERE}setup.mjs`) {
  const wanted = process.argv.slice(2);
  const odd = wanted.filter((name) => !PARTS.includes(name));
  if (odd.length > 0) {
    print(`there is no part ${odd.join(', ')}: ${PARTS.join(', ')}`);
    process.exit(2);
  }
  const outcome = await setup(wanted.length > 0 ? wanted : PARTS);
  process.exit(Object.values(outcome).some(({ error }) => error) ? 1 : 0);
}
