// Routers that are more than one: linked nodes, and two behind one address.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as dial, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer, filter, map, retry, timer } from 'rxjs';
import type { Client } from '../../../src/client/client.ts';
import { isConnectionLostError } from '../../../src/protocol/errors.ts';
import { record } from '../../../src/testing/record.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { fresh, live, provided } from '../../helpers/live.ts';
import { crossbarPair, type Node } from '../routers/cluster.ts';
import { nexus } from '../routers/nexus.ts';
import type { RealRouter } from '../routers/router.ts';
import type { Scene } from '../scene.ts';
import { soon } from '../scene.ts';

/** What became of a publication. */
type Outcome = 'acknowledged' | 'not sent' | 'maybe delivered' | `unknown: ${string}`;

/** Publishes numbers, each acknowledged, one in 5 ms until it is stopped; resolves with what became of each. */
function publishing(wamp: Client, topic: string): () => Promise<readonly Outcome[]> {
  const outcomes: Promise<Outcome>[] = [];
  const numbers = timer(0, 5).subscribe((i) =>
    outcomes.push(
      soon(wamp.publish(topic, [i], {}, { acknowledge: true }), 30_000).then(
        (): Outcome => 'acknowledged',
        (error: unknown): Outcome => {
          if (!isConnectionLostError(error)) return `unknown: ${String(error)}`;
          return error.maybeDelivered ? 'maybe delivered' : 'not sent';
        },
      ),
    ),
  );
  return () => {
    numbers.unsubscribe();
    return Promise.all(outcomes);
  };
}

const count = (outcomes: readonly Outcome[], which: Outcome): number =>
  outcomes.filter((each) => each === which).length;

/** Each publication has its outcome; what was heard came once, and was not said to be unsent. */
function expectAccounted(outcomes: readonly Outcome[], values: readonly number[]): void {
  const known = (['acknowledged', 'not sent', 'maybe delivered'] as const).map((which) => count(outcomes, which));
  expect(known.reduce((sum, each) => sum + each)).toBe(outcomes.length);
  expect(new Set(values).size).toBe(values.length);
  expect(values.filter((value) => outcomes[value] === 'not sent')).toEqual([]);
}

const healed = (wamp: Client, sessions: number): Promise<unknown> =>
  soon(
    wamp.session$.pipe(
      filter(({ id }) => id !== sessions),
      map(({ id }) => id),
    ),
    30_000,
  ).then(() => soon(wamp.status$.pipe(filter((status) => status.state === 'joined' && status.healing === 0)), 30_000));

/** A call that the other node may not know yet. */
const eventually = (wamp: Client, procedure: string, args: readonly unknown[]): Promise<unknown> =>
  soon(
    defer(() => wamp.call(procedure, args)).pipe(
      map(({ value }) => value),
      retry({ delay: 50 }),
    ),
    30_000,
  );

/** Two Crossbar.io nodes with a router-to-router link: see ../routers/cluster.ts for their configuration. */
export function linkedNodes({ client }: Scene): void {
  let folder: string;
  let first: Node;
  let second: Node;
  const at = (...nodes: Node[]): Client => client({ transports: nodes.map(({ url }) => webSocket({ url })) });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-pair-'));
    [first, second] = await crossbarPair(folder);
    await first.start();
    await second.start();
  }, 120_000);

  afterAll(async () => {
    await Promise.all([first.kill(), second.kill()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('callers at one node reach callees at the other, and events go across, once', async () => {
    const [one, two] = [at(first), at(second)];
    const [procedure, topic] = [fresh('across'), fresh('across')];
    await provided(one, `${procedure}.first`, ({ args }) => ['first', args[0]]);
    await provided(two, `${procedure}.second`, ({ args }) => ['second', args[0]]);
    expect(await eventually(two, `${procedure}.first`, [1])).toEqual(['first', 1]);
    expect(await eventually(one, `${procedure}.second`, [2])).toEqual(['second', 2]);
    const heard = [await live(one, topic), await live(two, topic)];
    // the link may not know of a subscription yet: publish until both have heard of it
    const ticks = timer(0, 20).subscribe((i) => {
      one.publish(topic, [`first ${i}`]);
      two.publish(topic, [`second ${i}`]);
    });
    await Promise.all(heard.map((events) => events.next()));
    await Promise.all(heard.map((events) => events.next()));
    ticks.unsubscribe();
    for (const [at, events] of heard.entries()) {
      const values = events.values.map(({ value }) => value as string);
      // not its own, and none twice
      expect(values.every((value) => value.startsWith(at === 0 ? 'second' : 'first'))).toBeTrue();
      expect(new Set(values).size).toBe(values.length);
    }
  }, 60_000);

  it('of a node that is killed under load clients go to the other, and every publication is accounted for', async () => {
    const [wamp, other] = [at(first, second), at(second)];
    const [procedure, topic] = [fresh('service'), fresh('load')];
    const heard = await live<number>(other, topic);
    const own = await live(wamp, fresh('own'));
    await provided(wamp, procedure, ({ args }) => args[0]);
    const { id } = await soon(wamp.session$);
    expect(await eventually(other, procedure, [1])).toBe(1);
    const stop = publishing(wamp, topic);
    while (heard.values.length < 50) await heard.next();

    const over = healed(wamp, id);
    await first.kill();
    await over;
    expect((await soon(wamp.session$)).details.transport.url).toBe(second.url);
    expect(await eventually(other, procedure, [2])).toBe(2);
    const last = heard.values.at(-1)?.value ?? 0;
    while ((heard.values.at(-1)?.value ?? 0) < last + 50) await heard.next();
    const outcomes = await stop();
    await soon(other.call('wamp.session.count'));

    const values = heard.values.map(({ value }) => value);
    expectAccounted(outcomes, values);
    // what the second node has acknowledged has come; of the last that the first did, the link may have lost some
    const lost = outcomes.flatMap((outcome, i) => (outcome === 'acknowledged' && !values.includes(i) ? [i] : []));
    const resumed = outcomes.findLastIndex((outcome) => outcome !== 'acknowledged');
    expect(lost.every((i) => i <= resumed || resumed < 0)).toBeTrue();
    expect(own.ended).toBeFalse();
  }, 90_000);

  it('a node that comes back is linked again', async () => {
    await first.start();
    const [one, two] = [at(first), at(second)];
    const procedure = fresh('back');
    await provided(two, procedure, ({ args }) => args[0]);
    expect(await eventually(one, procedure, [1])).toBe(1);
  }, 90_000);
}

/** Two nexus routers behind one address, as a load balancer has them: the second takes over. */
export function oneAddress({ client, certificate }: Scene): void {
  let folder: string;
  let routers: RealRouter[];
  let server: Server;
  let url: string;
  /** Where new connections go. */
  let target = 0;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-nexus-'));
    routers = [];
    for (const name of ['one', 'two']) {
      const router = await nexus(name, mkdtempSync(join(folder, name)), certificate);
      await router.start();
      routers.push(router);
    }
    server = createServer((socket) => {
      const upstream = dial(Number(new URL(routers[target]?.at.ws ?? '').port), '127.0.0.1');
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }, 60_000);

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await Promise.all(routers.map((router) => router.stop('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });

  it('of two routers behind one address one is killed under load: streams heal at the other, every publication is accounted for', async () => {
    const transports = [webSocket({ url })];
    const [wamp, other] = [client({ transports }), client({ transports })];
    const [procedure, topic] = [fresh('service'), fresh('load')];
    const heard = await live<number>(other, topic);
    await provided(wamp, procedure, ({ args }) => args[0]);
    const sessions = [(await soon(wamp.session$)).id, (await soon(other.session$)).id] as const;
    const states = record(wamp.status$);
    const stop = publishing(wamp, topic);
    while (heard.values.length < 50) await heard.next();

    const over = Promise.all([healed(wamp, sessions[0]), healed(other, sessions[1])]);
    target = 1;
    await routers[0]?.stop('SIGKILL');
    await over;
    expect(await eventually(other, procedure, [2])).toBe(2);
    const last = heard.values.at(-1)?.value ?? 0;
    while ((heard.values.at(-1)?.value ?? 0) < last + 50) await heard.next();
    const outcomes = await stop();
    await soon(other.call('wamp.session.count'));

    expectAccounted(
      outcomes,
      heard.values.map(({ value }) => value),
    );
    expect(states.values.map(({ state }) => state)).toContain('waiting');
  }, 60_000);
}
