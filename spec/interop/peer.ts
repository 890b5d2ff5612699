// A client by others, in a process of its own: lines of JSON go in as commands and come out as answers.
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Observable } from 'rxjs';
import { filter, firstValueFrom, ReplaySubject, take, timeout } from 'rxjs';
import { CACHE } from './pins.ts';
import { Program } from './process.ts';
import type { PartName } from './setup.ts';

/** What a peer hears or is given. */
export interface Payload {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Something to do. */
export type Order =
  | { readonly do: 'serve'; readonly prefix: string }
  | { readonly do: 'subscribe'; readonly topic: string }
  | ({ readonly do: 'publish'; readonly topic: string } & Payload)
  | ({ readonly do: 'call'; readonly uri: string; readonly progress?: boolean; readonly cancel?: boolean } & Payload);

/** A kind of client. */
export interface PeerKind {
  /** What the suite calls it. */
  readonly name: string;
  /** The part of the setup that it comes from. */
  readonly part: PartName;
  /** Its program and arguments. */
  command(url: string, serializer: string, more: readonly string[]): [command: string, args: readonly string[]];
  readonly serializers: readonly string[];
}

const file = (name: string): string => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const all = ['json', 'msgpack', 'cbor'];

/** The clients by others. */
export const PEERS = {
  autobahnPython: {
    name: 'Autobahn|Python',
    part: 'python',
    command: (url, serializer, more) => [
      `${CACHE}python/bin/python`,
      [file('autobahn_peer.py'), url, serializer, ...more],
    ],
    serializers: all,
  },
  wampyPython: {
    name: 'wampy (Python)',
    part: 'wampy',
    command: (url, _, more) => [`${CACHE}wampy/bin/python`, [file('wampy_peer.py'), url, ...more]],
    serializers: ['json'],
  },
  autobahnJs: {
    name: 'autobahn-js',
    part: 'npm',
    command: (url, serializer) => [process.execPath, [file('autobahn.mjs'), `${CACHE}npm`, url, serializer]],
    serializers: all,
  },
  wampyJs: {
    name: 'wampy.js',
    part: 'npm',
    command: (url, serializer) => [process.execPath, [file('wampy.mjs'), `${CACHE}npm`, url, serializer]],
    serializers: all,
  },
} as const satisfies Record<string, PeerKind>;

interface Line {
  readonly id?: number;
  readonly event?: string;
  readonly value?: unknown;
  readonly error?: Payload & { readonly uri: string };
}

/** What a peer could not do, in its own words. */
class PeerError extends Error {
  readonly uri: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;

  constructor({ uri, args, kwargs }: NonNullable<Line['error']>) {
    super(`the peer: ${uri} ${JSON.stringify([args, kwargs])}`);
    [this.uri, this.args, this.kwargs] = [uri, args, kwargs];
  }
}

/** A client by others that runs. */
export class Peer {
  readonly #program: Program;
  readonly #lines = new ReplaySubject<Line>();
  #last = 0;

  private constructor(program: Program) {
    this.#program = program;
    const { stdout } = program.pipes;
    if (!stdout) throw new Error('a peer without standard output');
    createInterface({ input: stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#lines.next(unpacked(JSON.parse(line)) as Line);
    });
  }

  /** Starts it; it has joined then. */
  static async start(kind: PeerKind, url: string, serializer: string, more: readonly string[] = []): Promise<Peer> {
    const [command, args] = kind.command(url, serializer, more);
    return new Peer(await Program.start({ command, args, ready: /^\{"ready"/m, patience: 20_000 }));
  }

  /** Has it do something; rejects where it could not. */
  async ask(order: Order): Promise<unknown> {
    const id = (this.#last += 1);
    this.#program.pipes.stdin?.write(`${JSON.stringify(packed({ id, ...order }))}\n`);
    const line = await this.#next((each) => each.id === id, `no answer to ${order.do}`);
    if (line.error !== undefined) throw new PeerError(line.error);
    return line.value;
  }

  /** The first event that it heard, of this topic. */
  async heard(topic: string): Promise<Payload> {
    return (await this.#next(({ event }) => event === topic, `nothing heard of ${topic}`)) as unknown as Payload;
  }

  stop(): Promise<void> {
    return this.#program.kill();
  }

  async #next(test: (line: Line) => boolean, otherwise: string): Promise<Line> {
    const source: Observable<Line> = this.#lines;
    try {
      return await firstValueFrom(source.pipe(filter(test), take(1), timeout(5000)));
    } catch {
      throw new Error(`${otherwise} within 5 s; it said:\n${this.#program.words(8)}`);
    }
  }
}

function packed(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, packed(each)]));
}

function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  const { $bytes } = value as { $bytes?: string };
  if ($bytes !== undefined) return new Uint8Array(Buffer.from($bytes, 'hex'));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unpacked(each)]));
}
