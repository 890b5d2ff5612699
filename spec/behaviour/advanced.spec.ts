// Advanced features that need nothing of their own here: what a router makes of them reaches the application.
import { filter, firstValueFrom } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { Client } from '../../src/client/client.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import type { RouterAuthenticator } from '../../src/router/index.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { closeAll, STEADY, tracked, world } from '../client/helpers.ts';
import { live, provided } from '../helpers/live.ts';
import { joined, turn } from '../helpers/wire.ts';

const TOPIC = 'com.app.topic';
const PROCEDURE = 'com.app.procedure';

describe('advanced features, through the router', () => {
  afterEach(closeAll);

  const clients = (n: number, router = createTestRouter()): Client[] =>
    Array.from({ length: n }, () =>
      tracked(new Client({ realm: 'realm1', transports: [router.transport()], reconnect: STEADY, keepalive: false })),
    );

  it('call re-routing: a callee that is unavailable leaves the call to the next', async () => {
    const [busy, free, caller] = clients(3) as [Client, Client, Client];
    let asked = 0;
    const declining = (): never => {
      asked++;
      throw new ApplicationError('wamp.error.unavailable');
    };
    await provided(busy, PROCEDURE, declining, { invoke: 'first' });
    const second = await provided(free, PROCEDURE, () => 'free', { invoke: 'first' });
    expect((await firstValueFrom(caller.call(PROCEDURE))).value).toBe('free');
    expect(asked).toBe(1);
    second.stop();
    await firstValueFrom(free.call('wamp.session.count'));
    await expectAsync(firstValueFrom(caller.call(PROCEDURE))).toBeRejectedWith(
      jasmine.objectContaining({ uri: 'wamp.error.no_available_callee' }),
    );
  });

  it('trust levels: events and invocations tell how far the router trusts who is behind them', async () => {
    const trusted: RouterAuthenticator = {
      method: 'anonymous',
      hello: ({ authid = 'nobody' }) => ({ accept: { authid, trustlevel: authid === 'boss' ? 7 : 0 } }),
    };
    const router = createTestRouter({ realms: { realm1: { auth: [trusted] } } });
    const [alice, bob] = clients(2, router) as [Client, Client];
    const boss = tracked(
      new Client({
        realm: 'realm1',
        transports: [router.transport()],
        keepalive: false,
        auth: [{ method: 'anonymous', hello: () => ({ authid: 'boss' }), challenge: () => ({ signature: '' }) }],
      }),
    );
    const events = await live(alice, TOPIC);
    await provided(alice, PROCEDURE, ({ details }) => details.trustlevel);
    boss.publish(TOPIC);
    await events.next();
    bob.publish(TOPIC);
    await events.next();
    expect(events.values.map(({ details }) => details.trustlevel)).toEqual([7, 0]);
    expect((await firstValueFrom(boss.call(PROCEDURE))).value).toBe(7);
    expect((await firstValueFrom(bob.call(PROCEDURE))).value).toBe(0);
  });

  it('a realm that the router assigns: by who the client is, and again after a loss', async () => {
    const auth = [acceptTicket({ joe: { ticket: 's3cret', realm: 'joes' } })];
    const router = createTestRouter({ realms: { lobby: { auth }, joes: { auth } } });
    const { client } = world({
      realm: null,
      router,
      auth: [ticket({ authid: 'joe', ticket: 's3cret' })],
      reconnect: { initialDelay: 1 },
    });
    const events = record(client.subscribe(TOPIC));
    await router.whenSubscribed(TOPIC);
    expect((await firstValueFrom(client.session$)).realm).toBe('joes');
    const lost = record(client.status$.pipe(filter(({ state }) => state === 'waiting')));
    router.dropAll();
    await lost.next();
    await router.whenSubscribed(TOPIC);
    expect(router.subscriptions.map(({ realm, topic }) => [realm, topic])).toEqual([['joes', TOPIC]]);
    client.publish(TOPIC, [1], {}, { excludeMe: false });
    await events.next();
    expect(events.values.map(({ value }) => value)).toEqual([1]);
  });

  it('testaments: what a session leaves behind is published when it is gone', async () => {
    const { client, router } = world();
    const [other] = clients(1, router) as [Client];
    const events = await live(other, TOPIC);
    await firstValueFrom(client.call('wamp.session.add_testament', [TOPIC, ['gone'], {}]));
    expect(events.values).toEqual([]);
    await client.close();
    expect((await events.next())[0]?.value).toBe('gone');
  });
});

describe('features that are plain calls and events', () => {
  it('reflection: what a router says of its procedures, topics and errors, and when that changes', async () => {
    const { wamp, session, wire } = joined({ welcome: { roles: { dealer: { reflection: true }, broker: {} } } });
    expect(session.details.roles['dealer']).toEqual({ reflection: true });
    const kinds = ['procedure', 'topic', 'error'];
    const lists = kinds.map((kind) => record(wamp.call(`wamp.reflection.${kind}.list`)));
    const described = record(wamp.call('wamp.reflection.procedure.describe', [PROCEDURE]));
    const changes = record(wamp.subscribe('wamp.reflect.on_define'));
    await turn();
    expect(wire.rest().map((message) => message.slice(0, 2).concat(message[3]))).toEqual([
      ...kinds.map((kind, i) => [48, i + 1, `wamp.reflection.${kind}.list`]),
      [48, 4, 'wamp.reflection.procedure.describe'],
      [32, 5, 'wamp.reflect.on_define'],
    ]);
    kinds.forEach((kind, i) => wire.send([50, i + 1, {}, [[`com.app.${kind}`]]]));
    wire.send([50, 4, {}, [], { doc: 'adds' }], [33, 5, 77], [36, 77, 1, {}, [PROCEDURE]]);
    expect(lists.map(({ values }) => values[0]?.value)).toEqual(kinds.map((kind) => [`com.app.${kind}`]));
    expect(described.values[0]?.kwargs).toEqual({ doc: 'adds' });
    expect(changes.values[0]?.value).toBe(PROCEDURE);
  });
});

describe('options that no known router obeys', () => {
  it('sharded subscriptions and registrations: nkey, rkey and runmode go on the wire', async () => {
    const { wamp, wire } = joined();
    record(wamp.subscribe(TOPIC, { nkey: 'n' }));
    wamp.publish(TOPIC, [], {}, { rkey: 'r' });
    record(wamp.call(PROCEDURE, [], {}, { rkey: 'r', runmode: 'partition' }));
    await turn();
    expect(wire.rest()).toEqual([
      [32, 1, { nkey: 'n' }, TOPIC],
      [16, 2, { rkey: 'r' }, TOPIC],
      [48, 3, { rkey: 'r', runmode: 'partition' }, PROCEDURE],
    ]);
  });
});
