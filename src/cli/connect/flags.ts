import { Option, type Command as Parser } from 'commander';
import { DRAIN } from '../../programs/run-client.ts';
import { CliError, collect } from '../command.ts';
import { countOf, durationOf } from '../values.ts';

/** The options of all commands that join a realm. */
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

/** The default address of Crossbar.io, wampy and `rxwamp router`. */
export const DEFAULT_URL = 'ws://localhost:8080/ws';

/** Environment variables with secrets: commands that we run do not get them. */
export const SECRETS = [
  'RXWAMP_TICKET',
  'RXWAMP_SECRET',
  'RXWAMP_PASSWORD',
  'RXWAMP_PRIVATE_KEY',
  'RXWAMP_HEADERS',
] as const;

/** Secrets must not stand on the command line, which a list of processes shows; these flags are refused with a hint. */
const MISPLACED = { ticket: 'ticket', secret: 'secret', password: 'password', 'private-key': 'private key' };

/** Completes an option that may be repeated. */
const repeated = (option: Option): Option => option.argParser(collect);

/** The options by their groups in the help: flags, description, and what else there is to set. */
const OPTIONS: Readonly<Record<string, readonly (readonly [string, string, ((option: Option) => Option)?])[]>> = {
  Connection: [
    [
      '-u, --url <url>',
      `ws: wss: ws+unix: rs: rss: rs+unix: http: or https: (${DEFAULT_URL}); repeated, they are tried in turn`,
      (option) => option.argParser(collect).env('RXWAMP_URL'),
    ],
    ['-r, --realm <realm>', 'the realm to join', (option) => option.default('realm1').env('RXWAMP_REALM')],
    ['-s, --serializer <list>', 'json, msgpack, cbor, each also with .batched; comma-separated, best first (json)'],
    ['--header <name: value>', 'a header of the request that connects; @file reads them from a file', repeated],
    [
      '-t, --timeout <time>',
      'limit for joining and for the answer: 10s, 500ms, 5m',
      (option) => option.argParser(durationOf('--timeout')),
    ],
    [
      '--retries <n>',
      'retries in a row before giving up; a lost session is retried for ever',
      (option) => option.argParser(countOf('--retries', 0)),
    ],
    ['--verbose', 'log the connection on standard error'],
    ['--messages', 'print the wire messages on standard error, secrets masked'],
  ],
  'Identity (secrets come from files or the environment)': [
    ['--authid <id>', 'the identity to join with', (option) => option.env('RXWAMP_AUTHID')],
    ['--authrole <role>', 'the role to request', (option) => option.env('RXWAMP_AUTHROLE')],
    ['--authextra <json>', 'further data for the router, a JSON object'],
    ['--auth <method>', 'anonymous, ticket, wampcra, scram, cryptosign, cookie or tls; may be repeated', repeated],
    ['--ticket-file <path>', 'the ticket (or in RXWAMP_TICKET)'],
    ['--secret-file <path>', 'the secret for WAMP-CRA (RXWAMP_SECRET)'],
    ['--password-file <path>', 'the password for SCRAM (RXWAMP_PASSWORD)'],
    [
      '--private-key-file <path>',
      'the Ed25519 key for cryptosign: hex, PEM, or a key file of Autobahn (RXWAMP_PRIVATE_KEY)',
    ],
    ['--router-key <hex>', "the router's public key, for cryptosign; may be repeated", repeated],
    ['--channel-binding <type>', 'bind the proof to the TLS connection: tls-unique, tls-exporter …'],
    ['--mutual', 'require that the router proves its identity'],
  ],
  TLS: [
    ['--ca <file>', 'certificates to trust (PEM)'],
    ['--cert <file>', "this client's certificate (PEM)"],
    ['--key <file>', 'the key of --cert (PEM)'],
    ['--servername <name>', 'the name that the certificate must have'],
    ['--insecure', 'accept any certificate: for development'],
  ],
};

/** The option of commands that answer calls. */
export interface DrainFlags {
  /** Milliseconds. */
  readonly drain: number;
}

/** Adds the option of commands that answer calls. */
export const drainOption = (parser: Parser): Parser =>
  parser.addOption(
    new Option('--drain <time>', 'at the end, limit for calls under way to be answered: 30s, 500ms; 0 for none')
      .argParser(durationOf('--drain', { none: true }))
      .default(DRAIN, `${DRAIN / 1000}s`),
  );

/** Adds the options of the connection and of its log. */
export function connectionOptions(parser: Parser): Parser {
  for (const [group, options] of Object.entries(OPTIONS)) {
    for (const [flags, description, complete = (option: Option) => option] of options) {
      parser.addOption(complete(new Option(flags, description).helpGroup(`${group}:`)));
    }
  }
  for (const [flag, what] of Object.entries(MISPLACED)) {
    const refuse = (): never => {
      const name = flag.toUpperCase().replace('-', '_');
      throw new CliError(
        `--${flag}: the ${what} would show in a list of processes; use --${flag}-file <path>, or RXWAMP_${name}`,
      );
    };
    parser.addOption(new Option(`--${flag} [value]`).hideHelp().argParser(refuse));
  }
  return parser;
}
