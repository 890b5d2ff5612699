import { createHash, createHmac, generateKeyPairSync, pbkdf2Sync, randomBytes } from 'node:crypto';

/** A user who may join a Crossbar.io of the configuration `'auth'`. */
export interface CrossbarUser {
  /** The name to join with. */
  readonly authid: string;
  /** The role that the router gives it. */
  readonly authrole: string;
  /** The password of WAMP-CRA and SCRAM, and the ticket. */
  readonly secret: string;
  /** The key of cryptosign, as its option `privateKey` takes it: 64 hexadecimal digits. */
  readonly privateKey: string;
  /** The public key that belongs to `privateKey`: 64 hexadecimal digits. */
  readonly publicKey: string;
}

/** What a configuration is made for: a free port, and files in the folder of the node. */
export interface CrossbarPlace {
  /** A TCP port of 127.0.0.1 that is free. */
  readonly port: number;
  /** The node's folder; paths in a configuration are relative to it. It holds `server.key` and `server.crt`. */
  readonly folder: string;
  /** The realm to configure. */
  readonly realm: string;
  /** Who shall be able to join. */
  readonly users: readonly CrossbarUser[];
}

/** The ready configurations. */
export type CrossbarConfigName = 'plain' | 'tls' | 'auth';

const SERIALIZERS = ['json', 'msgpack', 'cbor'];

/** A role that may do everything. */
function role(name: string): object {
  const allow = { call: true, register: true, publish: true, subscribe: true };
  const disclose = { caller: false, publisher: false };
  return { name, permissions: [{ uri: '', match: 'prefix', allow, disclose, cache: true }] };
}

/** A ready configuration, as Crossbar.io's `config.json` has it: one realm, WebSocket at `/ws`, long-poll at `/lp`. */
export function crossbarConfig(name: CrossbarConfigName, { port, realm, users }: CrossbarPlace): object {
  const tls = name === 'tls' ? { tls: { key: 'server.key', certificate: 'server.crt' } } : {};
  const auth = name === 'auth' ? { auth: authentication(realm, users) } : {};
  const roles = name === 'auth' ? [...new Set(users.map(({ authrole }) => authrole))] : ['anonymous'];
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: 'router',
        realms: [{ name: realm, roles: roles.map(role) }],
        transports: [
          {
            type: 'web',
            endpoint: { type: 'tcp', interface: '127.0.0.1', port, ...tls },
            paths: {
              '/': { type: 'path', paths: {} },
              ws: { type: 'websocket', serializers: SERIALIZERS, ...auth },
              ...(name === 'auth' ? {} : { lp: { type: 'longpoll', options: { request_timeout: 10 } } }),
            },
          },
        ],
      },
    ],
  };
}

/** Static principals for each method that a secret or key serves. */
function authentication(realm: string, users: readonly CrossbarUser[]): object {
  const each = (of: (user: CrossbarUser) => object): object =>
    Object.fromEntries(users.map((user) => [user.authid, { role: user.authrole, ...of(user) }]));
  return {
    ticket: { type: 'static', principals: each(({ secret }) => ({ ticket: secret })) },
    wampcra: { type: 'static', users: each(({ secret }) => ({ secret })) },
    scram: { type: 'static', principals: each(({ secret }) => scramKeys(secret)) },
    cryptosign: {
      type: 'static',
      principals: each(({ publicKey }) => ({ realm, authorized_keys: [publicKey] })),
    },
  };
}

/** The derived keys of a password (RFC 5802), as this router keeps them. */
export function scramKeys(password: string): object {
  const [salt, iterations] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  return {
    kdf: 'pbkdf2',
    salt: salt.toString('hex'),
    iterations,
    memory: 0,
    'stored-key': createHash('sha256').update(keyed('Client Key')).digest('hex'),
    'server-key': keyed('Server Key').toString('hex'),
  };
}

/** A user with a fresh key for cryptosign. */
export function crossbarUser(authid: string, secret: string, authrole = 'user'): CrossbarUser {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const raw = (value: string | undefined): string => Buffer.from(value ?? '', 'base64url').toString('hex');
  return { authid, authrole, secret, privateKey: raw(d), publicKey: raw(x) };
}

/** Where the first WebSocket of a configuration listens; undefined where none is found. */
export function webSocketUrl(config: object): string | undefined {
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  for (const transport of list(at(config, 'workers')).flatMap((worker) => list(at(worker, 'transports')))) {
    const port = at(at(transport, 'endpoint'), 'port');
    if (typeof port !== 'number') continue;
    const root = `${at(at(transport, 'endpoint'), 'tls') === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/`;
    if (at(transport, 'type') === 'websocket') return root;
    const path = Object.entries((at(transport, 'paths') as object | undefined) ?? {}).find(
      ([, resource]) => at(resource, 'type') === 'websocket',
    );
    if (path) return root + path[0].replace(/^\//, '');
  }
  return undefined;
}
