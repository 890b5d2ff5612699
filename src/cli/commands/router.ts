import { Option } from 'commander';
import { pairwise, startWith, type Subscription } from 'rxjs';
import { isUri } from '../../protocol/uris.ts';
import {
  acceptAnonymous,
  acceptTicket,
  createRouter,
  type RealmOptions,
  type Router,
  type RouterProfile,
  type SessionView,
} from '../../router/index.ts';
import { serveRouter, type RawSocketServeOptions, type ServedRouter } from '../../router/node/index.ts';
import { CliError, collect, EXIT, type Command, type Terminal } from '../command.ts';
import { contentOf } from '../connect/secrets.ts';

const EXAMPLES = `
It keeps nothing and protects nothing: not for production. Stops on SIGINT (Ctrl+C) and SIGTERM, with exit code 0.

Examples:
  rxwamp router
  rxwamp router --port 9000 --realm one --realm two --verbose
  rxwamp router --rawsocket /tmp/wamp.sock --ticket-file principals.txt
`;

interface RouterFlags {
  readonly port: string;
  readonly host: string;
  readonly path?: string;
  readonly rawsocket?: string;
  readonly longpoll?: boolean;
  readonly realm?: readonly string[];
  readonly ticket?: readonly string[];
  readonly ticketFile?: string;
  readonly allowOrigin?: readonly string[];
  readonly like?: RouterProfile;
  readonly history?: string;
  readonly verbose?: boolean;
}

interface Settings {
  readonly port: number;
  readonly host: string;
  readonly path: string | undefined;
  readonly rawSocket: RawSocketServeOptions | undefined;
  readonly longPoll: boolean;
  readonly realms: Record<string, RealmOptions>;
  readonly like: RouterProfile | undefined;
  readonly allowedOrigins: readonly string[] | '*';
  readonly verbose: boolean;
}

/** `rxwamp router` */
export const router: Command = {
  configure(parser) {
    parser
      .description('Runs a WAMP router for tests on WebSocket (and RawSocket), with JSON, MessagePack and CBOR.')
      .option('--port <n>', 'TCP port, 0 for a free one', '8080')
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--path <path>', 'the only URL path to accept (any)')
      .option('--rawsocket <n|path>', 'serve RawSocket, too: on a TCP port (0: a free one) or a Unix domain socket')
      .option('--longpoll', 'serve HTTP long-poll, too, on the same port below /lp')
      .option('--realm <name>', 'a realm; may be repeated (realm1)', collect)
      .option(
        '--ticket <id=secret>',
        'only clients with a ticket may join: authid and ticket; may be repeated',
        collect,
      )
      .option('--ticket-file <path>', 'the same, one on each line of a file')
      .option(
        '--allow-origin <url>',
        "web pages from there may connect, '*' for all; pages from this machine may",
        collect,
      )
      .addOption(new Option('--like <router>', 'imitate the habits of').choices(['crossbar', 'nexus']))
      .option('--history <n>', 'keep the last <n> events of each topic, for clients that ask for past events')
      .option('--verbose', 'print a line when a session joins or leaves')
      .addHelpText('after', EXAMPLES);
  },
  async run(_args, flags, terminal) {
    const { realms, like, verbose, ...listen } = settings(flags as RouterFlags);
    const core = createRouter({ realms, ...(like === undefined ? {} : { like }) });
    const { path, rawSocket, ...rest } = listen;
    if (!isLoopback(listen.host)) {
      terminal.err(`Warning: ${listen.host} can be reached from other machines, and this router is for tests.\n`);
    }
    const served = await serve(core, {
      ...rest,
      ...(path === undefined ? {} : { path }),
      ...(rawSocket === undefined ? {} : { rawSocket }),
    });
    const urls = [served.url, served.rawSocket?.url, served.longPollUrl]
      .filter((url) => url !== undefined)
      .join(' and ');
    terminal.out(`rxwamp router for tests on ${urls} (realms: ${Object.keys(realms).join(', ')})\n`);
    const log = verbose ? logSessions(core, terminal) : undefined;
    await terminal.stopped();
    await core.close();
    log?.unsubscribe();
    await served.close();
    return EXIT.ok;
  },
};

function settings(flags: RouterFlags): Settings {
  const { port, host, path, rawsocket, realm = ['realm1'], ticket: tickets = [], ticketFile } = flags;
  const { allowOrigin: origins = [], like, longpoll: longPoll = false, history, verbose = false } = flags;
  if (!isPort(port)) throw new CliError(`--port: expected a number from 0 to 65535, got '${port}'`);
  if (host === '') throw new CliError("--host: expected an address, got ''");
  if (path !== undefined && !path.startsWith('/'))
    throw new CliError(`--path: expected a path with a leading '/', got '${path}'`);
  if (history !== undefined && !/^[1-9]\d{0,6}$/.test(history))
    throw new CliError(`--history: expected a number from 1 to 9999999, got '${history}'`);
  const kept = history === undefined ? {} : { history: Number(history) };
  const odd = realm.find((name): boolean => !isUri(name));
  if (odd !== undefined)
    throw new CliError(`--realm: '${odd}' is no well-formed realm: components joined by dots, no white space, no #`);
  const listed = ticketFile === undefined ? [] : contentOf('--ticket-file', ticketFile).split(/\r?\n/);
  const pairs = [
    ...tickets.map((pair) => principal('--ticket', pair)),
    ...listed.filter((line) => line !== '').map((line) => principal('--ticket-file', line)),
  ];
  // an empty file must not open the router to everyone
  if (ticketFile !== undefined && pairs.length === 0) throw new CliError('--ticket-file: no line <id>=<secret> in it');
  const auth = [pairs.length > 0 ? acceptTicket(Object.fromEntries(pairs)) : acceptAnonymous()];
  return {
    port: Number(port),
    host,
    path,
    rawSocket: rawsocket === undefined ? undefined : rawSocketOf(rawsocket),
    longPoll,
    realms: Object.fromEntries(realm.map((name) => [name, { auth, ...kept }])),
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
function principal(flag: string, pair: string): [authid: string, ticket: string] {
  const at = pair.indexOf('=');
  // a line without `=` may be a secret
  if (at < 1 || at === pair.length - 1) throw new CliError(`${flag}: expected <id>=<secret>, and found another form`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

async function serve(core: Router, options: Parameters<typeof serveRouter>[1] & object): Promise<ServedRouter> {
  try {
    return await serveRouter(core, options);
  } catch (error) {
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    const raw = options.rawSocket;
    const isRaw = raw !== undefined && (port === undefined || port === -1 ? raw.path === address : raw.port === port);
    const where = isRaw && raw.path !== undefined ? raw.path : `${options.host ?? ''}:${port ?? options.port ?? 0}`;
    const option = isRaw ? '--rawsocket' : '--port';
    if (isRaw && raw.path !== undefined && code === 'EADDRINUSE') {
      throw new CliError(
        `--rawsocket: there is something at ${where} already; remove it if no program listens there`,
        1,
      );
    }
    // an address without a folder is EACCES, too
    if (isRaw && raw.path !== undefined && (code === 'EACCES' || code === 'ENOENT')) {
      throw new CliError(`--rawsocket: ${where} cannot be made: is its folder there, and may you write in it?`, 1);
    }
    if (code === 'EADDRINUSE')
      throw new CliError(`${where} is taken: another program listens there. Choose another ${option}`, 1);
    if (code === 'EACCES')
      throw new CliError(`${where} needs privileges. Choose another ${option}: a port above 1023`, 1);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CliError(
        `--host ${options.host ?? ''} is no address of this machine: try 127.0.0.1, or 0.0.0.0 for all of them`,
        1,
      );
    }
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/** A line for each session that joins or leaves. */
function logSessions(core: Router, { out }: Terminal): Subscription {
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
