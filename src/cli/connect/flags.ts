import { Option, type Command as Parser } from 'commander';
import { CliError, collect } from '../command.ts';
import { countOf, durationOf } from '../values.ts';

/** What all commands that join a realm are told. */
export interface ConnectionFlags {
  readonly url?: readonly string[];
  readonly realm: string;
  readonly serializer?: string;
  readonly header?: readonly string[];
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retries?: number;
  readonly auth?: readonly string[];
  readonly authid?: string;
  readonly authrole?: string;
  readonly authextra?: string;
  readonly ticketFile?: string;
  readonly secretFile?: string;
  readonly passwordFile?: string;
  readonly privateKeyFile?: string;
  readonly routerKey?: readonly string[];
  readonly channelBinding?: string;
  readonly mutual?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly insecure?: boolean;
  readonly verbose?: boolean;
  readonly messages?: boolean;
}

/** Where Crossbar.io, wampy and `rxwamp router` are found when nobody says more. */
export const DEFAULT_URL = 'ws://localhost:8080/ws';

/** Environment variables that hold secrets: they are read here and kept from the commands that we run. */
export const SECRETS = [
  'RXWAMP_TICKET',
  'RXWAMP_SECRET',
  'RXWAMP_PASSWORD',
  'RXWAMP_PRIVATE_KEY',
  'RXWAMP_HEADERS',
] as const;

/** What `--ticket` and the like would be is told where to go: whoever lists processes reads their command lines. */
const MISPLACED = { ticket: 'ticket', secret: 'secret', password: 'password', 'private-key': 'private key' };

const option = (group: string, flags: string, description: string): Option =>
  new Option(flags, description).helpGroup(`${group}:`);

/** Adds the options by which a command reaches its router, and the way it tells of that. */
export function connectionOptions(parser: Parser): Parser {
  const to = 'Connection';
  const as = 'Identity (secrets come from files or the environment, never from here)';
  const by = 'TLS';
  const options = [
    option(
      to,
      '-u, --url <url>',
      `ws: wss: ws+unix: rs: rss: rs+unix: http: or https: (${DEFAULT_URL}); repeated, they are tried in turn`,
    )
      .argParser(collect)
      .env('RXWAMP_URL'),
    option(to, '-r, --realm <realm>', 'the realm to join').default('realm1').env('RXWAMP_REALM'),
    option(
      to,
      '-s, --serializer <list>',
      'json, msgpack, cbor, or with .batched behind; with commas, best first (json)',
    ),
    option(
      to,
      '--header <name: value>',
      'a header of the request that connects; @file reads them from a file',
    ).argParser(collect),
    option(
      to,
      '-t, --timeout <time>',
      'how long it may take, as 10s, 500ms, 5m: to join, and to be answered',
    ).argParser(durationOf('--timeout')),
    option(to, '--retries <n>', 'how often to try again in a row; a session that was lost is tried for ever').argParser(
      countOf('--retries', 0),
    ),
    option(to, '--verbose', 'tell of the connection on standard error'),
    option(to, '--messages', 'print the wire messages on standard error, without what proves an identity'),
    option(as, '--authid <id>', 'who to be').env('RXWAMP_AUTHID'),
    option(as, '--authrole <role>', 'the role to ask for').env('RXWAMP_AUTHROLE'),
    option(as, '--authextra <json>', 'more for the router, a JSON object'),
    option(
      as,
      '--auth <method>',
      'anonymous, ticket, wampcra, scram, cryptosign, cookie or tls; may be repeated',
    ).argParser(collect),
    option(as, '--ticket-file <path>', 'the ticket (or in RXWAMP_TICKET)'),
    option(as, '--secret-file <path>', 'the secret for WAMP-CRA (RXWAMP_SECRET)'),
    option(as, '--password-file <path>', 'the password for SCRAM (RXWAMP_PASSWORD)'),
    option(
      as,
      '--private-key-file <path>',
      'the Ed25519 key for cryptosign: hex, PEM, or a key file of Autobahn (RXWAMP_PRIVATE_KEY)',
    ),
    option(as, '--router-key <hex>', "the router's public key, for cryptosign; may be repeated").argParser(collect),
    option(as, '--channel-binding <type>', 'bind the proof to the TLS connection: tls-unique, tls-exporter …'),
    option(as, '--mutual', 'insist that the router proves itself'),
    option(by, '--ca <file>', 'certificates to trust (PEM)'),
    option(by, '--cert <file>', "this client's certificate (PEM)"),
    option(by, '--key <file>', 'the key of --cert (PEM)'),
    option(by, '--servername <name>', 'the name to expect in the certificate'),
    option(by, '--insecure', 'accept any certificate: for development'),
  ];
  for (const each of options) parser.addOption(each);
  for (const [flag, what] of Object.entries(MISPLACED)) {
    const refuse = (): never => {
      const name = flag.toUpperCase().replace('-', '_');
      throw new CliError(
        `--${flag}: the ${what} would be in the list of processes; give --${flag}-file <path>, or RXWAMP_${name}`,
      );
    };
    parser.addOption(new Option(`--${flag} [value]`).hideHelp().argParser(refuse));
  }
  return parser;
}
