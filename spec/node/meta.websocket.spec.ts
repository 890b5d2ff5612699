// The meta API, testaments and history over real sockets, once for each serializer.
import { filter, firstValueFrom, lastValueFrom, map, toArray } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { history } from '../../src/flow/history.ts';
import { withHistory } from '../../src/flow/with-history.ts';
import {
  callees$,
  countSessions,
  sessions$,
  subscribers$,
  testament,
  awaitRegistration,
} from '../../src/meta/index.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { RouterProfile } from '../../src/router/quirks.ts';
import { record } from '../../src/testing/record.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import { rawSocket } from '../../src/transports/rawsocket/rawsocket.node.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { inState } from '../client/helpers.ts';
import { live, provided, values } from '../helpers/live.ts';

const TOPIC = 'com.shop.trade';
const manners: readonly (readonly [typeof json, RouterProfile | undefined])[] = [
  [json, undefined],
  [cbor, 'crossbar'],
  [msgpack, 'nexus'],
];

for (const [serializer, like] of manners) {
  describe(`meta API and history over WebSocket, ${serializer().id}, like ${like ?? 'the specification'}`, () => {
    let router: TestRouter;
    let served: ServedRouter;
    let clients: Client[];

    const client = async (): Promise<Client> => {
      const transports = [webSocket({ url: served.url, serializers: [serializer()] })];
      const made = new Client({ realm: 'realm1', transports, reconnect: { initialDelay: 10, jitter: 0 } });
      clients.push(made);
      await firstValueFrom(made.connect());
      return made;
    };
    const idOf = (joined: Client): number => inState(joined, 'joined').session.id;

    beforeEach(async () => {
      clients = [];
      router = createTestRouter({ ...(like && { like }), realms: { realm1: { history: [{ topic: TOPIC }] } } });
      served = await serveRouter(router);
    });

    afterEach(async () => {
      await Promise.all(clients.map((each) => each.close()));
      await served.close();
    });

    it('states follow, and heal', async () => {
      const [wamp, other] = [await client(), await client()];
      const sizes = record(sessions$(wamp));
      const subscribers = record(subscribers$(wamp, 'com.chat.room'));
      const callees = record(callees$(wamp, 'com.app.add'));
      const there = firstValueFrom(awaitRegistration(wamp, 'com.app.add'));
      expect((await sizes.next())[0]?.length).toBe(2);
      expect(await subscribers.next()).toEqual([[]]);
      expect(await callees.next()).toEqual([[]]);
      await live(other, 'com.chat.room');
      await provided(other, 'com.app.add', () => 1);
      expect(await subscribers.next()).toEqual([[idOf(other)]]);
      expect(await callees.next()).toEqual([[idOf(other)]]);
      expect(await there).toBe(router.registrations[0]!.id);
      expect(await firstValueFrom(countSessions(wamp))).toBe(2);
      router.dropAll();
      await firstValueFrom(wamp.lifecycle$.pipe(filter(({ type }) => type === 'ready')));
      await sizes.next();
      expect(sizes.ended || subscribers.ended || callees.ended).toBeFalse();
    });

    it('a testament is published, and what was missed is fetched', async () => {
      const [wamp, other] = [await client(), await client()];
      const events = record(withHistory(other, TOPIC));
      await router.whenSubscribed(TOPIC);
      await firstValueFrom(testament(wamp, TOPIC, ['gone']).pipe(filter(({ again }) => !again)));
      wamp.publish(TOPIC, ['hello']);
      expect(values({ values: await events.next() })).toEqual(['hello']);
      router.drop(idOf(other));
      await firstValueFrom(wamp.publish(TOPIC, ['missed'], {}, { acknowledge: true }));
      expect(values({ values: await events.next() })).toEqual(['missed']);
      const past = await record(history(other, TOPIC)).done();
      expect(values({ values: past })).toEqual(['hello', 'missed']);
      const lasting = record(testament(wamp, TOPIC, ['gone']));
      await lasting.next();
      await wamp.close();
      expect(values({ values: await events.next() })).toEqual(['gone']);
    });
  });
}

describe('a history with an event that not every serializer can write', () => {
  it('has the others for every caller, on every way to the router', async () => {
    const router = createTestRouter({ realms: { realm1: { history: 10 } } });
    const served = await serveRouter(router, { longPoll: true, rawSocket: {} });
    const { url, longPollUrl = '', rawSocket: { url: rawUrl } = { url: '' } } = served;
    const clients: Client[] = [];
    const past = (transport: Transport): Promise<unknown[]> => {
      const client = new Client({ realm: 'realm1', transports: [transport] });
      clients.push(client);
      return lastValueFrom(
        history(client, TOPIC).pipe(
          map(({ args }) => args[0]),
          toArray(),
        ),
      );
    };
    const publisher = router.transport({ serializer: cbor() });
    expect(await past(publisher)).toEqual([]);
    // JSON has no text that begins with NUL: that marks bytes
    for (const value of [1, '\0', 2])
      await lastValueFrom(clients[0]!.publish(TOPIC, [value], {}, { acknowledge: true }));
    for (const serializer of [json(), msgpack()]) {
      const expected = serializer.binary ? [1, '\0', 2] : [1, 2];
      const serializers = [serializer];
      expect(await past(router.transport({ serializer }))).toEqual(expected);
      expect(await past(webSocket({ url, serializers }))).toEqual(expected);
      expect(await past(longPoll({ url: longPollUrl, serializers }))).toEqual(expected);
      expect(await past(rawSocket({ url: rawUrl, serializer }))).toEqual(expected);
    }
    await Promise.all(clients.map((client) => client.close()));
    await served.close();
    await router.close();
  });
});
