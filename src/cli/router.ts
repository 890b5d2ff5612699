import { parseArgs } from 'node:util';
import { pairwise, startWith, type Subscription } from 'rxjs';
import { isUri } from '../protocol/uris.ts';
import {
  anonymous,
  createTestRouter,
  ticket,
  type RealmOptions,
  type RouterProfile,
  type SessionView,
  type TestRouter,
} from '../testing/index.ts';
import { serveRouter, type RawSocketServeOptions, type ServedRouter } from '../testing/node.ts';
import { CliError, parsed, type Command, type Terminal } from './command.ts';

const HELP = `Usage: rxwamp router [options]

Runs a WAMP router for tests and development on WebSocket (and RawSocket), with JSON, MessagePack and CBOR.
It keeps nothing and protects nothing: not for production.

Options:
  --port <n>             TCP port, 0 for a free one (8080)
  --host <address>       address to listen on (127.0.0.1)
  --path <path>          the only URL path to accept (any)
  --rawsocket <n|path>   serve RawSocket, too: on a TCP port (0: a free one) or a Unix domain socket
  --realm <name>         a realm; may be repeated (realm1)
  --ticket <id=secret>   only clients with a ticket may join: authid and ticket, may be repeated
  --allow-origin <url>   web pages from there may connect, '*' for all; pages from this machine may
  --like <router>        imitate the habits of 'crossbar' or 'nexus'
  --verbose              print a line when a session joins or leaves
  --help                 show this

Stops on SIGINT (Ctrl+C) and SIGTERM.
`;

interface Settings {
  readonly port: number;
  readonly host: string;
  readonly path: string | undefined;
  readonly rawSocket: RawSocketServeOptions | undefined;
  readonly realms: Record<string, RealmOptions>;
  readonly like: RouterProfile | undefined;
  readonly allowedOrigins: readonly string[] | '*';
  readonly verbose: boolean;
}

/** `rxwamp router` */
export const router: Command = {
  name: 'router',
  summary: 'run a router for tests and development',
  help: HELP,
  async run(args, terminal) {
    const { realms, like, verbose, ...listen } = settings(args);
    const core = createTestRouter({ realms, ...(like === undefined ? {} : { like }) });
    const { path, rawSocket, ...rest } = listen;
    if (!isLoopback(listen.host)) {
      terminal.err(`Warning: ${listen.host} can be reached from other machines, and this router is for tests.\n`);
    }
    const served = await serve(core, {
      ...rest,
      ...(path === undefined ? {} : { path }),
      ...(rawSocket === undefined ? {} : { rawSocket }),
    });
    const urls = [served.url, served.rawSocket?.url].filter((url) => url !== undefined).join(' and ');
    terminal.out(`rxwamp router for tests on ${urls} (realms: ${Object.keys(realms).join(', ')})\n`);
    const log = verbose ? logSessions(core, terminal) : undefined;
    await terminal.stopped();
    await core.close();
    log?.unsubscribe();
    await served.close();
    return 0;
  },
};

function settings(args: string[]): Settings {
  const { values } = parsed('router', () =>
    parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8080' },
        host: { type: 'string', default: '127.0.0.1' },
        path: { type: 'string' },
        rawsocket: { type: 'string' },
        realm: { type: 'string', multiple: true, default: ['realm1'] },
        ticket: { type: 'string', multiple: true, default: [] },
        'allow-origin': { type: 'string', multiple: true, default: [] },
        like: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    }),
  );
  const { like, ticket: tickets, realm, host, path, verbose } = values;
  if (!isPort(values.port)) throw new CliError(`--port: expected a number from 0 to 65535, got '${values.port}'`);
  if (like !== undefined && like !== 'crossbar' && like !== 'nexus') {
    throw new CliError(`--like: expected 'crossbar' or 'nexus', got '${like}'`);
  }
  if (path !== undefined && !path.startsWith('/'))
    throw new CliError(`--path: expected a path with a leading '/', got '${path}'`);
  const odd = realm.find((name): boolean => !isUri(name));
  if (odd !== undefined) throw new CliError(`--realm: '${odd}' is no well-formed realm`);
  const principals = Object.fromEntries(tickets.map(principal));
  const auth = [tickets.length > 0 ? ticket(principals) : anonymous()];
  const origins = values['allow-origin'];
  return {
    port: Number(values.port),
    host,
    path,
    rawSocket: values.rawsocket === undefined ? undefined : rawSocketOf(values.rawsocket),
    realms: Object.fromEntries(realm.map((name) => [name, { auth }])),
    like,
    allowedOrigins: origins.includes('*') ? '*' : origins,
    verbose,
  };
}

const isPort = (value: string): boolean => /^\d{1,5}$/.test(value) && Number(value) <= 65_535;

/** A number is a port, anything else a path. */
function rawSocketOf(value: string): RawSocketServeOptions {
  if (isPort(value)) return { port: Number(value) };
  if (value === '' || /^-?\d+$/.test(value)) {
    throw new CliError(`--rawsocket: expected a number from 0 to 65535 or a path, got '${value}'`);
  }
  return { path: value };
}

/** `joe=secret` → authid and ticket; the ticket may hold `=`. */
function principal(pair: string): [authid: string, ticket: string] {
  const at = pair.indexOf('=');
  if (at < 1 || at === pair.length - 1) throw new CliError(`--ticket: expected <id>=<secret>, got '${pair}'`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

async function serve(core: TestRouter, options: Parameters<typeof serveRouter>[1] & object): Promise<ServedRouter> {
  try {
    return await serveRouter(core, options);
  } catch (error) {
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    const raw = options.rawSocket;
    const isRaw = raw !== undefined && (port === undefined || port === -1 ? raw.path === address : raw.port === port);
    const where = isRaw && raw.path !== undefined ? raw.path : `${options.host ?? ''}:${port ?? options.port ?? 0}`;
    const option = isRaw ? '--rawsocket' : '--port';
    if (code === 'EADDRINUSE')
      throw new CliError(`${where} is taken: another program listens there. Choose another ${option}`, 1);
    if (code === 'EACCES')
      throw new CliError(`${where} needs privileges. Choose another ${option}: a port above 1023`, 1);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CliError(`--host ${options.host ?? ''} is no address of this machine`, 1);
    }
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/** A line for each session that joins or leaves. */
function logSessions(core: TestRouter, { out }: Terminal): Subscription {
  const print = (what: string, session: SessionView): void => {
    out(line(what, session));
  };
  return core.sessions$.pipe(startWith<readonly SessionView[]>([]), pairwise()).subscribe(([before, after]) => {
    for (const session of after) if (!before.some(({ id }) => id === session.id)) print('join ', session);
    for (const session of before) if (!after.some(({ id }) => id === session.id)) print('leave', session);
  });
}

function line(what: string, { id, realm, authid, authrole, agent, link }: SessionView): string {
  return (
    `${what} ${realm} session ${id} authid ${authid} role ${authrole} agent ${agent ?? '-'} ` +
    `${link.serializer ?? ''} from ${link.peer ?? link.type}\n`
  );
}
