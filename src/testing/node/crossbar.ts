import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOptions, DICT, NUMBER, TEXT, type Kind } from '../../protocol/kinds.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { testCertificate } from './certificate.ts';
import {
  crossbarConfig,
  crossbarUser,
  webSocketUrl,
  type CrossbarConfigName,
  type CrossbarPlace,
  type CrossbarUser,
} from './crossbar-config.ts';
import { Program, type ProgramOptions } from './program.ts';

/** Options of {@link launchCrossbar}. */
export interface CrossbarOptions {
  /**
   * The program, by name or path: `./venv/bin/crossbar`.
   *
   * @default 'crossbar'
   */
  readonly command?: string;
  /**
   * A ready configuration: open to all (`'plain'`), the same over TLS (`'tls'`), or for `users` alone by ticket,
   * WAMP-CRA, SCRAM and cryptosign (`'auth'`). Or your own: what `config.json` would hold, or a function that makes it
   * for a free port.
   *
   * @default 'plain'
   */
  readonly config?: CrossbarConfigName | object | ((place: CrossbarPlace) => object);
  /**
   * The realm of the ready configurations.
   *
   * @default 'realm1'
   */
  readonly realm?: string;
  /**
   * Who may join with the configuration `'auth'`: secrets by authid; all have the role `user`.
   *
   * @default { joe: 'secret' }
   */
  readonly users?: Readonly<Record<string, string>>;
  /** Where clients connect to, for a configuration of your own whose WebSocket is not found in it. */
  readonly url?: string;
  /**
   * Milliseconds that it may take to start.
   *
   * @default 60000
   */
  readonly timeout?: number;
}

/** A Crossbar.io that runs. */
export interface LaunchedCrossbar {
  /** Where clients connect to: `ws://127.0.0.1:40001/ws`. */
  readonly url: string;
  /** The realm that clients join. */
  readonly realm: string;
  /** The certificate (PEM) of the configuration `'tls'`, to be trusted as `ca`. */
  readonly ca: string;
  /** Who may join with the configuration `'auth'`. */
  readonly users: readonly CrossbarUser[];
  /** The process that runs. */
  readonly pid: number;
  /** What it printed last, for a test that fails. */
  readonly output: string;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

const OPTIONS = {
  command: TEXT,
  config: {
    expected: "'plain', 'tls', 'auth', an object, or a function",
    test: (v) => v === 'plain' || v === 'tls' || v === 'auth' || DICT.test(v) || typeof v === 'function',
  },
  realm: TEXT,
  users: DICT,
  url: TEXT,
  timeout: NUMBER,
} satisfies Record<keyof CrossbarOptions, Kind>;

/** Milliseconds that it may take to end in order. */
const STOP = 10_000;

/**
 * Starts a real Crossbar.io for tests, on a free port of 127.0.0.1 and in a temporary folder. It must be installed;
 * it takes some seconds to start, so start it once for many tests.
 *
 * @returns once it takes connections; rejects with an Error that says how to install it where it is not there, and with
 * its last words where it does not start
 * @throws TypeError that names the option that is wrong
 * @example
 * const crossbar = await launchCrossbar({ command: './venv/bin/crossbar', config: 'auth', users: { joe: 'secret' } });
 * const wamp = new WampClient({ url: crossbar.url, realm: crossbar.realm, auth: [ticket({ authid: 'joe', ticket: 'secret' })] });
 * // …
 * await wamp.close();
 * await crossbar.close();
 */
export async function launchCrossbar(options: CrossbarOptions = {}): Promise<LaunchedCrossbar> {
  checkOptions(() => 'launchCrossbar', OPTIONS, options);
  const { command = 'crossbar', config = 'plain', realm = 'realm1', timeout = 60_000 } = options;
  const users = Object.entries(options.users ?? { joe: 'secret' }).map(([id, secret]) => crossbarUser(id, secret));
  const folder = await mkdtemp(join(tmpdir(), 'rxwamp-crossbar-'));
  // on a way out that is in disorder; the program is killed first
  const sweep = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  let program: Program | undefined;
  const close = async (): Promise<void> => {
    await program?.stop(STOP);
    process.off('exit', sweep);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const place = { port: await freePort(), folder, realm, users };
    const { key, cert } = await testCertificate();
    const content =
      typeof config === 'function'
        ? (config as (place: CrossbarPlace) => object)(place)
        : typeof config === 'object'
          ? config
          : crossbarConfig(config, place);
    const url = options.url ?? webSocketUrl(content);
    if (url === undefined)
      throw new TypeError('launchCrossbar: the config has no WebSocket on a TCP port; give its url');
    const files = { 'config.json': JSON.stringify(content, undefined, 1), 'server.crt': cert, 'server.key': key };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
    const start: ProgramOptions = {
      command,
      args: ['start', '--cbdir', folder, '--loglevel', 'info', '--color', 'false'],
      env: { PYTHONUNBUFFERED: '1' },
      ready: /NODE_BOOT_COMPLETE/,
      timeout,
    };
    const started = new Program(start);
    program = started;
    process.once('exit', sweep);
    await started.ready(start);
    let closed: Promise<void> | undefined;
    return {
      url,
      realm,
      ca: cert,
      users,
      pid: started.pid,
      get output() {
        return started.output;
      },
      close: () => (closed ??= close()),
    };
  } catch (error) {
    await close();
    throw error instanceof TypeError ? error : explained(error, command, program?.output ?? '');
  }
}

/** Why it did not start, for people. */
function explained(error: unknown, command: string, output: string): Error {
  const { code } = error as { readonly code?: unknown };
  if (code === 'ENOENT') {
    return new Error(
      `launchCrossbar: there is no program '${command}'. Crossbar.io is a Python package: ` +
        "`python3 -m venv venv && venv/bin/pip install crossbar` installs it, { command: './venv/bin/crossbar' } finds it",
      { cause: error },
    );
  }
  const words = output.trimEnd().split('\n').slice(-15).join('\n');
  return new Error(`launchCrossbar: ${command} did not start: ${messageOf(error)}\n${words}`.trimEnd(), {
    cause: error,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
