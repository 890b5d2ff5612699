// Two Crossbar.io nodes with a router-to-router link (rlink).
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { CACHE } from '../pins.ts';
import { freePorts, Program } from '../process.ts';

/** The role of the link itself: Crossbar.io knows it by this name. */
const LINK = 'rlink';
/** Who the second node is at the first. */
const SECOND = 'second';

const allow = { call: true, register: true, publish: true, subscribe: true };
/** The link needs to see who calls and publishes, or it cannot forward it. */
const role = (name: string): object => ({
  name,
  permissions: [{ uri: '', match: 'prefix', allow, disclose: { caller: true, publisher: true }, cache: true }],
});
const endpoint = (port: number): object => ({ type: 'tcp', interface: '127.0.0.1', port });
const roles = [role('anonymous'), role(LINK)];

/** The node that is linked to: a second port lets the other node in, by the key of that. */
const firstConfig = (clients: number, link: number, publicKey: string): object => ({
  version: 2,
  controller: {},
  workers: [
    {
      type: 'router',
      realms: [{ name: 'realm1', roles }],
      transports: [
        { type: 'websocket', endpoint: endpoint(clients) },
        {
          type: 'websocket',
          endpoint: endpoint(link),
          auth: {
            cryptosign: {
              type: 'static',
              principals: { [SECOND]: { realm: 'realm1', role: LINK, authorized_keys: [publicKey] } },
            },
          },
        },
      ],
    },
  ],
});

/** The node that links: one link carries events and calls both ways. */
const secondConfig = (clients: number, link: number): object => ({
  version: 2,
  controller: {},
  workers: [
    {
      type: 'router',
      realms: [
        {
          name: 'realm1',
          roles,
          rlinks: [
            {
              id: 'first',
              realm: 'realm1',
              authid: SECOND,
              transport: {
                type: 'websocket',
                endpoint: { type: 'tcp', host: '127.0.0.1', port: link },
                url: `ws://127.0.0.1:${link}/`,
              },
              forward_local_events: true,
              forward_remote_events: true,
              forward_local_invocations: true,
              forward_remote_invocations: true,
            },
          ],
        },
      ],
      transports: [{ type: 'websocket', endpoint: endpoint(clients) }],
    },
  ],
});

/** A node's own key, as Crossbar.io keeps it in `key.priv`; returns the public one, in hex. */
function writeKey(folder: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const hex = (key: typeof privateKey, part: 'd' | 'x'): string =>
    Buffer.from(key.export({ format: 'jwk' })[part] as string, 'base64url').toString('hex');
  const tags = {
    creator: 'spec@localhost',
    'created-at': '2026-01-01T00:00:00.000Z',
    'machine-id': 'spec',
    'public-key-ed25519': hex(publicKey, 'x'),
    'private-key-ed25519': hex(privateKey, 'd'),
    // it does not start without one, and uses it for nothing here
    'private-key-eth': randomBytes(32).toString('hex'),
  };
  const lines = Object.entries(tags).map(([name, value]) => `${name}: ${value}`);
  writeFileSync(`${folder}/key.priv`, ['Crossbar.io node private key', '', ...lines, ''].join('\n'), { mode: 0o600 });
  return tags['public-key-ed25519'];
}

/** A node of the cluster. */
export class Node {
  readonly url: string;
  readonly #folder: string;
  #program: Program | undefined;

  constructor(folder: string, port: number, config: object) {
    this.url = `ws://127.0.0.1:${port}/`;
    this.#folder = folder;
    writeFileSync(`${folder}/config.json`, JSON.stringify(config, undefined, 1));
  }

  async start(): Promise<void> {
    rmSync(`${this.#folder}/node.pid`, { force: true });
    this.#program = await Program.start({
      command: `${CACHE}crossbar/bin/crossbar`,
      args: ['start', '--cbdir', this.#folder, '--loglevel', 'info', '--color', 'false'],
      env: { PYTHONUNBUFFERED: '1' },
      ready: /NODE_BOOT_COMPLETE/,
      patience: 120_000,
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }
}

/** Two nodes that are not started yet, in `folder`; the second has to start after the first: it waits for its link. */
export async function crossbarPair(folder: string): Promise<readonly [first: Node, second: Node]> {
  const [first, second, link] = (await freePorts(3)) as [number, number, number];
  for (const name of ['first', 'second']) mkdirSync(`${folder}/${name}`, { recursive: true });
  const key = writeKey(`${folder}/second`);
  return [
    new Node(`${folder}/first`, first, firstConfig(first, link, key)),
    new Node(`${folder}/second`, second, secondConfig(second, link)),
  ];
}
