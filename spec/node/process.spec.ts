// Against a router in another process: killed and started again under load, half-open links, ghosts.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asapScheduler, filter, first, firstValueFrom, NEVER, skip, startWith, Subject } from 'rxjs';
import {
  ApplicationError,
  ConnectionLostError,
  ticket,
  WampClient,
  type ClientOptions,
  type Registration,
  type Status,
} from '../../src/index.ts';
import { createTestRouter, record, type Recording } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { bundledCommand, FROM_SOURCE } from '../helpers/from-source.ts';
import { Proxy } from './proxy.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The router of the command line, in a process of its own. */
async function startRouter(port = 0, ...options: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [...bundledCommand(), 'router', '--port', String(port), ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    said += String(chunk);
    const [, found] = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? [];
    if (found !== undefined) return { child, port: Number(found) };
  }
  throw new Error(`The router did not start: ${said}`);
}

async function kill({ child }: { readonly child: ChildProcess }): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Timers and sockets that keep this process alive, counted by kind. */
const resources = (): Record<string, number> => {
  const count: Record<string, number> = { Timeout: 0, TCPSocketWrap: 0, TCPConnectWrap: 0 };
  for (const kind of process.getActiveResourcesInfo()) if (kind in count) count[kind] = (count[kind] ?? 0) + 1;
  return count;
};

/** Waits some turns of the event loop, for handles whose close is under way. */
async function resourcesSettleAt(expected: Record<string, number>): Promise<void> {
  // fewer is as good: what an earlier spec left may have ended meanwhile
  const more = (): string[] =>
    Object.entries(resources()).flatMap(([kind, n]) => (n > (expected[kind] ?? 0) ? [kind] : []));
  for (let turn = 0; turn < 100 && more().length > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(more()).withContext('left behind').toEqual([]);
}

const until = <S extends Status['state']>(client: WampClient, state: S): Promise<Extract<Status, { state: S }>> =>
  firstValueFrom(
    client.status$.pipe(filter((status): status is Extract<Status, { state: S }> => status.state === state)),
  );
/** Joined, and every stream confirmed. */
const ready = (client: WampClient): Promise<unknown> =>
  firstValueFrom(client.status$.pipe(filter((status) => status.state === 'joined' && status.healing === 0)));

const fast = { initialDelay: 20, growth: 1, jitter: 0 };
/** What a loss costs: the number of calls in flight. */
const CALLS = 20;
const WINDOW = 16;

type Verdict = 'acknowledged' | 'maybe' | 'not delivered' | 'open';

interface Load {
  readonly verdicts: Verdict[];
  /** Resolves when so many more have been acknowledged. */
  acknowledged(n: number): Promise<unknown>;
  /** As many more at once. */
  burst(n: number): void;
  stop(): void;
  /** Resolves when none is open. */
  settled(): Promise<unknown>;
}

/** Publishes numbers without a pause, some at a time, and keeps what became of each. */
function publishing(client: WampClient, topic: string): Load {
  const verdicts: Verdict[] = [];
  const changed = new Subject<void>();
  let running = true;
  const one = (then?: () => void): void => {
    const n = verdicts.push('open') - 1;
    const settle = (verdict: Verdict): void => {
      verdicts[n] = verdict;
      changed.next();
      then?.();
    };
    client.publish(topic, [n], {}, { acknowledge: true }).subscribe({
      next: () => {
        settle('acknowledged');
      },
      error: (error: unknown) => {
        settle(error instanceof ConnectionLostError && error.maybeDelivered ? 'maybe' : 'not delivered');
      },
    });
  };
  const chain = (): void => {
    // not on the spot, so that others get their turn
    if (running) asapScheduler.schedule(() => one(chain));
  };
  for (let i = 0; i < WINDOW; i++) one(chain);
  const count = (verdict: Verdict): number => verdicts.filter((each) => each === verdict).length;
  return {
    verdicts,
    acknowledged: (n) => {
      const goal = count('acknowledged') + n;
      return firstValueFrom(changed.pipe(filter(() => count('acknowledged') >= goal)));
    },
    burst: (n) => {
      for (let i = 0; i < n; i++) one();
    },
    stop: () => {
      running = false;
    },
    settled: () =>
      firstValueFrom(
        changed.pipe(
          startWith(undefined),
          filter(() => !verdicts.includes('open')),
        ),
      ),
  };
}

const GONE = new Set(['wamp.error.no_such_procedure', 'wamp.error.canceled']);

/** Calls one after the other, and looks at the answers; a loss is no wrong answer. */
function echoing(client: WampClient): { readonly right: number; readonly wrong: unknown[]; stop(): void } {
  let running = true;
  let n = 0;
  const echoes = {
    right: 0,
    wrong: [] as unknown[],
    stop: () => {
      running = false;
    },
  };
  const next = (): void => {
    if (!running) return;
    const sent = n++;
    client.call<number>('com.load.echo', [sent]).subscribe({
      next: ({ value }) => {
        if (value === sent) echoes.right++;
        else echoes.wrong.push([sent, value]);
      },
      error: (error: unknown) => {
        // until its registration has come back there is no answer, or the dead session gives none
        const gone = error instanceof ApplicationError && GONE.has(error.uri);
        if (!(error instanceof ConnectionLostError) && !gone) echoes.wrong.push([sent, error]);
        asapScheduler.schedule(next);
      },
      complete: () => {
        asapScheduler.schedule(next);
      },
    });
  };
  next();
  return echoes;
}

/** Whether what a witness saw agrees with what was reported to the publisher. */
function agree(seen: readonly number[], verdicts: readonly Verdict[]): void {
  expect(seen)
    .withContext('in order, at most once')
    .toEqual([...new Set(seen)].sort((a, b) => a - b));
  const known = new Set(seen);
  const lies: unknown[] = [];
  // a router may die between PUBLISHED and EVENT: the last ones acknowledged before a loss have no witness, but where
  // the witness saw one, it saw all before it
  let witnessed = false;
  [...verdicts.entries()].reverse().forEach(([n, verdict]) => {
    if (verdict !== 'acknowledged') witnessed = false;
    else if (known.has(n)) witnessed = true;
    else if (witnessed) lies.push({ n, verdict, seen: false });
    if (verdict === 'not delivered' && known.has(n)) lies.push({ n, verdict, seen: true });
  });
  expect(lies).toEqual([]);
}

/** Topics and registrations with options that a router tells of. */
function furnish(client: WampClient): { events: Recording<unknown>; registrations: Recording<unknown> } {
  const noise = { error: () => undefined };
  client.subscribe('com.load.prefix', { match: 'prefix' }).subscribe(noise);
  client.subscribe('com..wild', { match: 'wildcard' }).subscribe(noise);
  client.register('com.load.slow', () => NEVER, { invoke: 'roundrobin' }).subscribe(noise);
  client.register('com.load.many', () => 1, { match: 'prefix', invoke: 'random' }).subscribe(noise);
  return {
    events: record<unknown>(client.subscribe('com.load.news')),
    registrations: record<unknown>(client.register('com.load.echo', ({ args }) => args[0])),
  };
}

/** What the router holds, as its meta API tells. */
async function held(client: WampClient): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const kind of ['subscription', 'registration']) {
    const { value: lists } = await firstValueFrom(client.call<Record<string, number[]>>(`wamp.${kind}.list`));
    for (const id of Object.values(lists).flat()) {
      const { value } = await firstValueFrom(client.call<Record<string, unknown>>(`wamp.${kind}.get`, [id]));
      const { uri, match, invoke } = value;
      if (String(uri).startsWith('com.')) found.push([kind, uri, match, ...(invoke === undefined ? [] : [invoke])]);
    }
  }
  return found.sort((a, b) => String(a).localeCompare(String(b)));
}

const FURNITURE = [
  ['registration', 'com.load.echo', 'exact', 'single'],
  ['registration', 'com.load.many', 'prefix', 'random'],
  ['registration', 'com.load.slow', 'exact', 'roundrobin'],
  ['subscription', 'com..wild', 'wildcard'],
  ['subscription', 'com.load.news', 'exact'],
  ['subscription', 'com.load.prefix', 'prefix'],
  ['subscription', 'com.load.seen', 'exact'],
];

/** Calls that are not answered; resolves with what they ended with, and when. */
function inFlight(client: WampClient): Promise<{ error: unknown; at: number }[]> {
  return Promise.all(
    Array.from(
      { length: CALLS },
      () =>
        new Promise<{ error: unknown; at: number }>((resolve) => {
          client.call('com.load.slow').subscribe({
            error: (error: unknown) => {
              resolve({ error, at: performance.now() });
            },
          });
        }),
    ),
  );
}

interface Scene {
  /** Where the witness finds the router, and where the client under load does. */
  readonly witnessAt: string;
  readonly clientAt: string;
  readonly options?: Partial<ClientOptions>;
  /** Takes the link of the client away. */
  lose(): unknown;
  /** Makes good what `lose()` did, once the client has noticed. */
  restore(client: WampClient): unknown;
  /** Whether the witness loses its session, too. */
  readonly witnessLoses: boolean;
}

describe('with a router in another process', () => {
  let closing: (() => unknown)[];
  let before: Record<string, number>;

  beforeEach(() => {
    closing = [];
    before = resources();
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
  });

  const clientOf = (options: Partial<ClientOptions>): WampClient => {
    const client = new WampClient({ realm: 'realm1', reconnect: fast, ...options });
    closing.push(() => client.close());
    return client;
  };

  /** A client under load loses its link; another one watches what the router makes of it. */
  async function survives({ witnessAt, clientAt, options, lose, restore, witnessLoses }: Scene): Promise<void> {
    const witness = clientOf({ url: witnessAt });
    const seen: number[] = [];
    witness.subscribe<number>('com.load.seen').subscribe(({ value }) => seen.push(value));
    await ready(witness);
    // the address is given away only while the witness watches
    let gate: Promise<void> = Promise.resolve();
    const client = clientOf({ url: () => gate.then(() => clientAt), ...options });
    const { events, registrations } = furnish(client);
    await ready(client);
    expect(await held(witness)).toEqual(FURNITURE);

    const load = publishing(client, 'com.load.seen');
    const echoes = echoing(client);
    await load.acknowledged(300);
    const flight = inFlight(client);
    await firstValueFrom(client.call('com.load.echo', ['the calls in flight have arrived before this one']));
    const rejoined = witnessLoses ? firstValueFrom(witness.session$.pipe(skip(1))) : undefined;
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const waiting = until(client, 'waiting');
    const lostAt = performance.now();
    await lose();

    const ended = await flight;
    expect(ended.length).toBe(CALLS);
    for (const { error, at } of ended) {
      expect(error).toEqual(jasmine.any(ConnectionLostError));
      expect(at - lostAt).toBeLessThan(1000);
    }
    await waiting;
    load.burst(100);
    await restore(client);
    if (rejoined) {
      await rejoined;
      await ready(witness);
    }
    open();
    await ready(client);
    expect(await held(witness)).toEqual(FURNITURE);
    expect((registrations.values as Registration[]).map(({ again }) => again)).toEqual([false, true]);

    // and on it goes
    await load.acknowledged(300);
    load.stop();
    echoes.stop();
    await load.settled();
    await firstValueFrom(witness.publish('com.load.news', ['hello'], {}, { acknowledge: true }));
    await events.next();
    const { value } = await firstValueFrom(client.call<string>('com.load.echo', ['x']));
    expect(value).toBe('x');
    // what the router sent to the witness before this answer has come
    await firstValueFrom(witness.call('wamp.session.count'));

    agree(seen, load.verdicts);
    expect(load.verdicts.filter((verdict) => verdict === 'maybe').length).toBeGreaterThan(0);
    expect(load.verdicts.filter((verdict) => verdict === 'maybe').length).toBeLessThanOrEqual(WINDOW);
    expect(echoes.wrong).toEqual([]);
    expect(echoes.right).toBeGreaterThan(0);
    await client.close();
    await witness.close();
  }

  it('survives its SIGKILL under load: streams come back with their options, calls fail, publications tell the truth', async () => {
    let router = await startRouter();
    closing.push(() => kill(router));
    const { port } = router;
    const url = `ws://127.0.0.1:${port}/`;
    await survives({
      witnessAt: url,
      clientAt: url,
      witnessLoses: true,
      lose: () => kill(router),
      restore: async () => {
        router = await startRouter(port);
      },
    });
    await resourcesSettleAt(before);
  }, 30_000);

  it('survives a half-open link under load, which the router does not learn of', async () => {
    const router = await startRouter();
    closing.push(() => kill(router));
    const proxy = await Proxy.to(router.port);
    await survives({
      witnessAt: `ws://127.0.0.1:${router.port}/`,
      clientAt: `ws://127.0.0.1:${proxy.port}/`,
      options: { keepalive: { interval: 200, timeout: 200 } },
      witnessLoses: false,
      lose: () => {
        proxy.playDead();
      },
      restore: (client) => {
        // the dead session stands in the way of the registrations, until the router hears of its end
        client.lifecycle$.pipe(first(({ type }) => type === 'heal')).subscribe(() => {
          expect(proxy.dead).toBe(1);
          proxy.bury();
        });
      },
    });
    await proxy.close();
    await resourcesSettleAt(before);
  }, 30_000);

  it('survives ghost(5000): the registrations of the dead session give way in the end', async () => {
    const router = createTestRouter();
    const served = await serveRouter(router);
    const heals: string[] = [];
    await survives({
      witnessAt: served.url,
      clientAt: served.url,
      options: { reconnect: { initialDelay: 100, growth: 1.5, jitter: 0 } },
      witnessLoses: true,
      lose: () => {
        router.ghost(5000);
      },
      restore: (client) => {
        client.lifecycle$.subscribe((event) => {
          if (event.type === 'heal') heals.push(event.stream.uri);
        });
      },
    });
    // what is shared, the dead session does not keep for itself
    expect(new Set(heals)).toEqual(new Set(['com.load.echo']));
    await router.close();
    await served.close();
    await resourcesSettleAt(before);
  }, 30_000);

  it('leaves no timer and no socket, in whatever state it is closed', async () => {
    const router = createTestRouter();
    const served = await serveRouter(router);
    const scenes: Record<string, (client: WampClient) => unknown> = {
      idle: () => undefined,
      connecting: (client) => {
        client.connect();
        return until(client, 'connecting');
      },
      joining: (client) => {
        client.connect();
        return until(client, 'joining');
      },
      joined: (client) => firstValueFrom(client.session$),
      waiting: async (client) => {
        await firstValueFrom(client.session$);
        router.dropAll();
        await until(client, 'waiting');
      },
      failed: async (client) => {
        router.abort('wamp.error.no_such_realm');
        client.connect();
        await until(client, 'failed');
      },
    };
    const idle = resources();
    for (const [state, enter] of Object.entries(scenes)) {
      const client = new WampClient({
        realm: 'realm1',
        url: served.url,
        reconnect: { initialDelay: 60_000 },
        closeTimeout: 60_000,
      });
      await enter(client);
      expect(client.status.state).toBe(state as Status['state']);
      await client.close();
      await router.whenSession(0);
      await resourcesSettleAt(idle);
    }
    await served.close();
    await resourcesSettleAt(before);
  });

  it('lets a program end by itself that closes after a loss, and after a session', async () => {
    const router = createTestRouter();
    const served = await serveRouter(router);
    closing.push(() => served.close());
    for (const lose of ['true', 'false']) {
      const program = `
        import { filter, firstValueFrom } from 'rxjs';
        import { WampClient } from './src/index.ts';
        const client = new WampClient({
          realm: 'realm1', url: '${served.url}', closeTimeout: 60_000, reconnect: { initialDelay: 60_000 },
        });
        await firstValueFrom(client.session$);
        if (${lose}) {
          client.publish('com.app.drop');
          await firstValueFrom(client.status$.pipe(filter(({ state }) => state === 'waiting')));
        }
        await client.close();
        console.log('closed');`;
      const dropping = router.messages$.pipe(filter(({ message }) => message[0] === 16)).subscribe(() => {
        router.dropAll();
      });
      const child = spawn(process.execPath, [...FROM_SOURCE, '--input-type=module', '--eval', program], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 10_000,
      });
      const exit = once(child, 'exit');
      let said = '';
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) said += String(chunk);
      expect(await exit).toEqual([0, null]);
      expect(said).toBe('closed\n');
      dropping.unsubscribe();
    }
  }, 30_000);

  it('joins with a ticket, asked anew for each session', async () => {
    const router = await startRouter(0, '--ticket', 'joe=s3cret');
    closing.push(() => kill(router));
    let asked = 0;
    const client = clientOf({
      url: `ws://127.0.0.1:${router.port}/`,
      auth: [ticket({ authid: 'joe', ticket: () => Promise.resolve(`s3cret${asked++ === 1 ? ' no more' : ''}`) })],
    });
    const session = await firstValueFrom(client.session$);
    expect(session.details.authid).toBe('joe');
    session.leave();
    await firstValueFrom(client.session$.pipe(filter(({ id }) => id !== session.id)));
    // the second one was refused, and the third one taken
    expect(asked).toBe(3);
  }, 30_000);
});
