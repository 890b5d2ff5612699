// npm run interop:setup: puts the routers and peers of the suite into spec/.cache/interop.
//
// Each part has a stamp of what it was made from: a second run does nothing. What cannot be installed is said with its
// cause; the exit code is then 1. `-- nexus crossbar …` picks parts.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { CACHE, HERE, PINS } from './pins.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`;

/** What is missing on this machine: reported without a stack. */
export class Missing extends Error {}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program, and gives what it printed; its last lines are in the error. */
function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Missing(`${command} is not on this machine`) : error);
    });
    child.on('close', (code) => {
      const end = text.trimEnd().split('\n').slice(-15).join('\n');
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ${args.slice(0, 3).join(' ')} … ended with ${code ?? 'a signal'}:\n${end}`));
    });
  });
}

/** Runs what loads from a registry: those are slow at times, or break off, so that it has three tries. */
async function load(command: string, args: readonly string[], options?: RunOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run(command, args, options);
      return;
    } catch (error) {
      if (error instanceof Missing || attempt === 3) throw error;
      print(`setup: ${command.split('/').at(-1) ?? ''}: attempt ${attempt} failed, again in ${5 * attempt} s`);
      await pause(5000 * attempt);
    }
  }
}

type Version = readonly [number, number];
interface Python {
  readonly name: string;
  readonly version: string;
}

const atLeast = ([a, b]: Version, [c, d]: Version): boolean => a > c || (a === c && b >= d);

async function go(): Promise<{ pin: (typeof PINS.nexus)[number]; version: string }> {
  const text = await run('go', ['version']).catch((error: unknown) => {
    throw error instanceof Missing ? new Missing('Go is not on this machine (1.20 or newer): no nexus') : error;
  });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(text) ?? [];
  const found: Version = [Number(major), Number(minor)];
  const pin = PINS.nexus.find((each) => atLeast(found, each.go));
  if (!pin) throw new Missing(`nexus needs Go 1.20 or newer, here is ${found.join('.')}`);
  return { pin, version: text.trim() };
}

async function python(): Promise<Python> {
  const { from, to } = PINS.python;
  const seen: string[] = [];
  const names = Array.from({ length: to[1] - from[1] + 1 }, (_, i) => `python3.${from[1] + i}`);
  for (const name of ['python3', ...names]) {
    const text = await run(name, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']).catch(
      (error: unknown) => (error instanceof Missing ? '' : (error as Error).message),
    );
    const [, major, minor] = /^(\d+)\.(\d+)\s*$/.exec(text) ?? [];
    const version: Version = [Number(major), Number(minor)];
    if (major && atLeast(version, from) && atLeast(to, version)) return { name, version: version.join('.') };
    if (text) seen.push(`${name}: ${text.trim().split('\n').at(-1)}`);
  }
  const range = `${from.join('.')} to ${to.join('.')}, with venv and pip`;
  throw new Missing(
    `Python is not on this machine (${range})${seen.length > 0 ? `; there is ${seen.join(', ')}` : ''}`,
  );
}

/** Makes a virtual environment in the part's folder and installs into it. */
async function venv(
  folder: string,
  { name }: Python,
  requirements: readonly string[],
  constraints?: string,
): Promise<void> {
  if (!existsSync(`${folder}/bin/pip`)) {
    rmSync(folder, { recursive: true, force: true });
    await run(name, ['-m', 'venv', folder]);
  }
  const build = `${folder}/build-constraints.txt`;
  writeFileSync(build, `${PINS.build}\n`);
  const limits = constraints ? ['-c', constraints] : [];
  const flags = ['--progress-bar=off', '--prefer-binary', '--retries=5', '--timeout=60'];
  await load(`${folder}/bin/pip`, ['install', ...flags, ...requirements, ...limits], {
    env: { PIP_BUILD_CONSTRAINT: build, PYUBJSON_NO_EXTENSION: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  });
}

const file = (name: string): string => readFileSync(`${HERE}${name}`, 'utf8');

/** What can be installed: what it is made of (its stamp), and how. */
interface Part<T extends { readonly of: unknown }> {
  of(): Promise<T>;
  says(found: T): string;
  make(folder: string, found: T): Promise<void>;
}

const part = <T extends { readonly of: unknown }>(each: Part<T>): Part<T> => each;

const parts = {
  nexus: part({
    async of() {
      const { pin, version } = await go();
      const sums = pin.modfile.replace('.mod', '.sum');
      return { pin, version, of: ['main.go', 'go.mod', pin.modfile, sums].map((name) => file(`nexus/${name}`)) };
    },
    says: ({ pin }) => `nexus ${pin.version}`,
    async make(folder, { pin }) {
      await load('go', ['build', '-trimpath', `-modfile=${pin.modfile}`, '-o', `${folder}/nexus`, '.'], {
        cwd: `${HERE}nexus`,
        env: { GOTOOLCHAIN: 'local' },
      });
    },
  }),
  crossbar: part({
    of: async () => ({ python: await python(), of: [PINS.crossbar, PINS.build, file('constraints.txt')] }),
    says: ({ python: { version } }) => `Crossbar.io ${PINS.crossbar} on Python ${version}`,
    make: (folder, { python: found }) => venv(folder, found, [`crossbar==${PINS.crossbar}`], `${HERE}constraints.txt`),
  }),
  python: part({
    of: async () => ({ python: await python(), of: [PINS.autobahnPython, file('constraints.txt')] }),
    says: () => `Autobahn|Python ${PINS.autobahnPython}`,
    make: (folder, { python: found }) =>
      venv(folder, found, [`autobahn[encryption,serialization]==${PINS.autobahnPython}`], `${HERE}constraints.txt`),
  }),
  // it wants versions of its own: without the constraints, and apart from the other
  wampy: part({
    of: async () => ({ python: await python(), of: [PINS.wampyPython, 'setuptools<81'] }),
    says: () => `wampy (Python) ${PINS.wampyPython}`,
    make: (folder, { python: found }) => venv(folder, found, [`wampy==${PINS.wampyPython}`, 'setuptools<81']),
  }),
  npm: part({
    of: () => Promise.resolve({ of: PINS.npm }),
    says: () => `autobahn-js ${PINS.npm.autobahn}, wampy.js ${PINS.npm.wampy}`,
    async make(folder) {
      writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, dependencies: PINS.npm }));
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=5'];
      await load('npm', ['install', ...flags], { cwd: folder });
    },
  }),
};

/** The name of what can be set up. */
export type PartName = keyof typeof parts;

/** What became of a part: its version, or why it is not there. */
export interface Installed {
  readonly version?: string;
  readonly error?: Error;
}

/** The names of what can be set up. */
export const PARTS = Object.keys(parts) as PartName[];

/**
 * Installs what is not there yet.
 *
 * @returns by part the version, or the error that says why not
 */
export async function setup(wanted: readonly PartName[] = PARTS): Promise<Partial<Record<PartName, Installed>>> {
  const outcome: Partial<Record<PartName, Installed>> = {};
  for (const name of wanted) {
    outcome[name] = await install(name, parts[name]);
  }
  return outcome;
}

async function install(name: PartName, part: Part<{ readonly of: unknown }>): Promise<Installed> {
  const folder = `${CACHE}${name}`;
  const stamp = `${folder}/stamp.txt`;
  const since = performance.now();
  // registries are slow at times, and so is a compiler: there is no limit, but a sign of life
  const alive = setInterval(() => print(`setup: ${name}, at it for ${seconds(since)}`), 60_000);
  try {
    const found = await part.of();
    const version = part.says(found);
    const hash = createHash('sha256').update(JSON.stringify(found)).digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
      print(`setup: ${version} is there`);
      return { version };
    }
    print(`setup: installing ${version} …`);
    rmSync(stamp, { force: true });
    mkdirSync(folder, { recursive: true });
    await part.make(folder, found);
    writeFileSync(stamp, hash);
    print(`setup: ${version} installed, ${seconds(since)}`);
    return { version };
  } catch (error) {
    print(`setup: no ${name}: ${error instanceof Missing ? error.message : String((error as Error).stack)}`);
    return { error: error as Error };
  } finally {
    clearInterval(alive);
  }
}

if (process.argv[1] === `${HERE}setup.ts`) {
  const wanted = process.argv.slice(2);
  const odd = wanted.filter((name) => PARTS.every((each) => each !== name));
  if (odd.length > 0) {
    print(`there is no part ${odd.join(', ')}: ${PARTS.join(', ')}`);
    process.exit(2);
  }
  const outcome = await setup(wanted.length > 0 ? (wanted as PartName[]) : PARTS);
  process.exit(Object.values(outcome).some(({ error }) => error) ? 1 : 0);
}
