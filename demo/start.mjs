#!/usr/bin/env node
// One command for the whole demo: builds what is needed, then runs a router, a service and the page's server until
// it is interrupted.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { startChild } from './server/child.mjs';
import { buildIfNeeded } from './server/fresh.mjs';
import { servePage } from './server/page.mjs';
import { freePort } from './server/ports.mjs';
import { RouterProcess } from './server/router.mjs';

const help = `Usage: npm start -- [options]      or: node demo/start.mjs [options]

Runs the dashboard: a WAMP router, a service that measures this machine, and the page, all on 127.0.0.1.

  --port <n>         port of the page (4200, or the next free one; 0: any)
  --router-port <n>  port of the router (8080, or the next free one; 0: any)
  --verbose          show what router and service print
  --help             this text

Ctrl-C stops everything.`;

const realm = 'realm1';

/** Stops all parts, the last first. @type {(() => Promise<unknown>)[]} */
const started = [];
const interrupted = new AbortController();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => interrupted.abort());
}
if (process.env['npm_lifecycle_event']) {
  // A signal to npm alone ends npm and its shell, but not this process: notice that they are gone.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) interrupted.abort();
  }, 500).unref();
}

/** @param {string} line */
const say = (line) => console.log(line);

async function main() {
  const options = read();
  if (options.help) return say(help);

  // A port option is binding; the default port is a suggestion.
  const port = await freePort(options.port ?? 4200, { only: options.port !== undefined, what: 'page' });
  const routerPort = await freePort(options.routerPort ?? 8080, {
    only: options.routerPort !== undefined,
    what: 'router',
  });
  await buildIfNeeded(say, interrupted.signal);
  if (interrupted.signal.aborted) return;

  const { verbose } = options;
  const env = { SERVICE_TICKET: randomUUID() }; // known to router and service alone
  const router = new RouterProcess({ port: routerPort, realm, verbose, env });
  started.push(() => router.stop());
  await router.start();
  say(`Router    ${router.url} (${realm})`);

  const program = fileURLToPath(new URL('dist/node/service/main.js', import.meta.url));
  const service = startChild(
    'service',
    [program, '--url', router.url, '--realm', realm, ...(verbose ? ['--verbose'] : [])],
    { verbose, env },
  );
  started.push(() => service.stop());
  say('Service   measures this machine: demo.host.*, demo.files.*');

  const page = await servePage({ port, router, realm });
  started.push(() => page.close());
  if (existsSync(new URL('dist/reference', import.meta.url))) say(`Reference ${page.url}reference/`);
  say(`Page      ${page.url}\n\nOpen ${page.url} in a browser. Ctrl-C stops everything.`);

  await Promise.race([aborted(), died(service)]);
}

/** Resolves at the first Ctrl-C. */
function aborted() {
  return new Promise((resolve) => {
    if (interrupted.signal.aborted) resolve(undefined);
    interrupted.signal.addEventListener('abort', resolve);
  });
}

/** @param {import('./server/child.mjs').Child} service */
async function died(service) {
  const [code] = await service.exited;
  if (!interrupted.signal.aborted)
    throw new Error(`The service ended by itself (code ${code}). ${service.complaints()}`);
}

function read() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'router-port': { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    port: portNumber(values.port, '--port'),
    routerPort: portNumber(values['router-port'], '--router-port'),
    verbose: values.verbose,
    help: values.help,
  };
}

/**
 * @param {string | undefined} text
 * @param {string} option
 */
function portNumber(text, option) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`${option} takes a number from 0 to 65535, not "${text}".`);
  return port;
}

try {
  await main();
} catch (error) {
  if (!interrupted.signal.aborted) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} finally {
  for (const stop of started.reverse()) await stop();
}
// Listeners for signals and a dangling build would keep the process; everything has been stopped.
process.exit();
