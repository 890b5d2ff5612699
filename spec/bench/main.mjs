// rxwamp beside the limit and beside other clients: `npm run bench -- --help`.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { PAYLOADS } from './payloads.mjs';
import { freeze, install, needed, PEERS, root, versionOf } from './peers.mjs';
import { CLIENTS, plan, SERIALIZERS } from './plan.mjs';
import { figures, judgement, verdicts } from './report.mjs';
import { SCENARIOS } from './scenarios.mjs';

const HELP = `npm run bench -- [options]      (build first: npm run build)

  --quick               one short round of JSON with small payloads, within two minutes; what takes long to set up is
                        left out unless it is asked for
  --only <scenario>     these scenarios (may be repeated): ${Object.keys(SCENARIOS).join(' ')}
  --rounds <n>          9 unless said; medians and intervals are taken over rounds
  --warm <ms>           800 unless said (150 with --quick): what compiled code takes to be there
  --window <ms>         600 unless said (250 with --quick): how long the cost is taken after that
  --serializer <name>   these serializers (may be repeated): ${SERIALIZERS.join(' ')}
  --payload <name>      these payloads (may be repeated): ${Object.keys(PAYLOADS).join(' ')}
  --client <name>       these clients (may be repeated): ${CLIENTS.join(' ')}
  --profile             writes a CPU profile of every cell of rxwamp to artifacts/profiles
  --help                this text

A cell is a fresh process with one client and one scenario. The CPU of that process per message is the figure to go by:
it is steadier than the rate.`;

const say = (text) => process.stdout.write(`${text}\n`);
const many = { type: 'string', multiple: true };
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: many,
    rounds: { type: 'string' },
    warm: { type: 'string' },
    window: { type: 'string' },
    serializer: many,
    payload: many,
    client: many,
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** What was asked for, or else the default; anything unknown ends the bench. */
function chosen(option, known, otherwise = known) {
  const names = options[option] ?? otherwise;
  for (const name of names)
    if (!known.includes(name)) throw new Error(`--${option} ${name}: one of ${known.join(' ')}`);
  return known.filter((name) => names.includes(name));
}

/** A number that was asked for, or else the default. */
function amount(option, otherwise) {
  const value = Number(options[option] ?? otherwise);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option}: a whole number from 1 on`);
  return value;
}

/** Milliseconds that starting and ending a process and connecting take. */
const START = 350;

/** Milliseconds that a cell takes about. */
function duration(row, client, { warm, window }) {
  const { unit, setup = 0 } = SCENARIOS[row.scenario];
  if (unit !== undefined) return START;
  // thruway needs all the patience of the meter for its calls
  const slow = client === 'thruway' && /call|topics|invocation/.test(row.scenario) ? 4 : 1;
  return START + setup + slow * warm + window;
}

/** A quick run leaves the rest out on a slow machine: milliseconds. */
const QUICK_LIMIT = 105_000;

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** Starts a process and gives the first thing that it says. */
function start(file, args, { execArgv = [], limit = 30_000 } = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, args, { execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  children.add(child);
  let reported = '';
  child.stderr.on('data', (data) => (reported = (reported + data).slice(-2000)));
  const first = new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`no figures after ${limit / 1000} s ${reported}`));
    }, limit);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      children.delete(child);
      reject(new Error(`ended with ${code} ${reported}`));
    });
  });
  const closed = new Promise((resolve) => child.once('exit', resolve));
  return { first, closed, child };
}

async function measure(row, client, round, url, times) {
  const { scenario, serializer, payload } = row;
  // the same in every round
  if (scenario === 'bundle') return round === 0 ? bundle(client, serializer) : undefined;
  const execArgv = SCENARIOS[scenario].unit === 'bytes' ? ['--expose-gc'] : [];
  if (options.profile && client === 'rxwamp') {
    const name = `${scenario}-${serializer}-${payload}.cpuprofile`;
    execArgv.push('--cpu-prof', `--cpu-prof-dir=${root}artifacts/profiles`, `--cpu-prof-name=${name}`);
  }
  const cell = start('cell.mjs', [JSON.stringify({ scenario, serializer, payload, client, url, ...times })], {
    execArgv,
  });
  const figure = await cell.first;
  await cell.closed;
  return figure;
}

/** How long a fixed piece of work takes: tells how much else the machine had to do. */
function calibrate() {
  const began = performance.now();
  let sum = 0;
  for (let i = 0; i < 3e7; i++) sum = (sum + i * i) % 1_000_003;
  return sum < 0 ? 0 : performance.now() - began;
}

function environment(folders) {
  const { node, v8 } = process.versions;
  const peers = folders.flatMap((folder) =>
    Object.keys(PEERS[folder]).map((name) => [folder === name ? name : `${name} (${folder})`, versionOf(folder, name)]),
  );
  const own = ['ws', 'rxjs', 'cbor-x', '@msgpack/msgpack', 'esbuild'].map((name) => [name, versionOf('', name)]);
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      os: process.platform,
    },
    versions: { node, v8, ...Object.fromEntries([...own, ...peers]) },
  };
}

async function main() {
  if (options.help) return say(HELP);
  const { quick } = options;
  const rounds = amount('rounds', quick ? 1 : 9);
  const times = { warm: amount('warm', quick ? 150 : 800), window: amount('window', quick ? 250 : 600) };
  const only = quick ? 'small' : undefined;
  const scenarios = Object.keys(SCENARIOS);
  const rows = plan({
    scenarios: chosen('only', scenarios, quick ? scenarios.filter((name) => !SCENARIOS[name].flat) : scenarios),
    serializers: chosen('serializer', SERIALIZERS, quick ? ['json'] : SERIALIZERS),
    payloads: chosen('payload', Object.keys(PAYLOADS), only && [only]),
    clients: chosen('client', CLIENTS),
  });
  const folders = needed(rows);
  install(folders, say);
  freeze();
  mkdirSync(`${root}artifacts`, { recursive: true });
  const about = environment(folders);
  const cells = rows.flatMap((row) => row.names.map((client) => duration(row, client, times)));
  const minutes = (cells.reduce((sum, ms) => sum + ms, 0) * rounds) / 60_000;
  say(`${cells.length} cells in each of ${rounds} rounds, about ${Math.ceil(minutes)} min`);

  const router = start('router.mjs', []);
  const { port } = await router.first;
  const url = `ws://127.0.0.1:${port}/`;
  const noise = [];
  const began = performance.now();
  const late = began + (quick ? QUICK_LIMIT : Infinity);
  for (let round = 0; round < rounds; round++) {
    noise.push({ load: loadavg()[0], calibration: calibrate() });
    for (const row of rows) {
      // each round begins with another client
      const names = row.names.map((_, i) => row.names[(i + round) % row.names.length]);
      for (const client of names) {
        if (performance.now() > late) continue;
        const name = `round ${round + 1}/${rounds}  ${row.scenario} ${row.serializer} ${row.payload}  ${client}`;
        try {
          const figure = await measure(row, client, round, url, times);
          if (figure === undefined) continue;
          (row.clients[client] ??= {})[round] = figure;
          const words = Object.entries(figure).map(([field, value]) => `${field} ${value.toPrecision(4)}`);
          say(`${name}: ${words.join(', ')}`);
        } catch (error) {
          say(`${name}: FAILED ${error.message.trim()}`);
          process.exitCode = 1;
        }
      }
    }
  }
  router.child.disconnect();
  await router.closed;

  const measured = rows.filter(({ clients }) => Object.keys(clients).length > 0);
  if (measured.length < rows.length)
    say(`${rows.length - measured.length} rows were left out: they failed, or there was no time`);
  const judged = verdicts(measured);
  const clients = chosen('client', CLIENTS);
  say(`\n${figures(measured, clients)}\n\n${judgement(judged)}\n`);
  const [fast, slow] = [Math.min, Math.max].map((pick) =>
    pick(...noise.map(({ calibration }) => calibration)).toFixed(0),
  );
  const { machine, versions } = about;
  say(`${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.os}; medians of ${rounds} rounds, [95 %]`);
  say(
    Object.entries(versions)
      .map((entry) => entry.join(' '))
      .join(', '),
  );
  say(`it took ${((performance.now() - began) / 60_000).toFixed(1)} min`);
  say(`noise: the same work took ${fast} to ${slow} ms; load ${noise.map(({ load }) => load.toFixed(1)).join(' ')}`);
  const file = `artifacts/bench${quick ? '-quick' : ''}.json`;
  writeFileSync(
    root + file,
    JSON.stringify({ ...about, rounds, times, noise, rows: measured, verdicts: judged }, undefined, 1),
  );
  say(`written to ${file}`);
}

await main().catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
