// One session after the other over one real link, and over two where the router hangs up.
import { filter, firstValueFrom, take } from 'rxjs';
import { json, rejoin, WampClient, webSocket, type Transport } from '../../src/index.ts';
import { rawSocket } from '../../src/node/index.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';

describe('rejoin() over sockets', () => {
  for (const kind of ['WebSocket', 'RawSocket', 'long-poll'] as const) {
    for (const hangsUp of [false, true]) {
      it(`${kind}, of a router that ${hangsUp ? 'hangs up after' : 'keeps the link open at'} GOODBYE`, async () => {
        const router = createTestRouter();
        const served = await serveRouter(router, { rawSocket: { port: 0 }, longPoll: true });
        const { port } = new URL(served.url);
        const transports: Record<typeof kind, () => Transport> = {
          WebSocket: () => webSocket({ url: served.url }),
          RawSocket: () => rawSocket({ url: served.rawSocket?.url ?? '', serializer: json() }),
          'long-poll': () => longPoll({ url: `http://127.0.0.1:${port}/lp` }),
        };
        const transport = transports[kind]();
        let dialled = 0;
        const counted: Transport = { name: transport.name, open: (attempt) => (dialled++, transport.open(attempt)) };
        const wamp = new WampClient({ realm: 'realm1', transports: [counted], reconnect: { initialDelay: 60_000 } });
        const events = record(wamp.subscribe<number>('com.app.t'));
        await router.whenSubscribed('com.app.t');
        const before = await firstValueFrom(wamp.session$);
        if (hangsUp) {
          router.messages$
            .pipe(
              filter(({ direction, message }) => direction === 'out' && message[0] === 6),
              take(1),
            )
            .subscribe(() => router.dropAll());
        }
        const after = await firstValueFrom(rejoin(wamp));
        expect(after.id).not.toBe(before.id);
        await router.whenSubscribed('com.app.t');
        wamp.publish('com.app.t', [1], {}, { excludeMe: false });
        expect((await events.next())[0]?.value).toBe(1);
        expect(dialled).toBe(hangsUp ? 2 : 1);
        await wamp.close();
        await router.whenSession(0);
        await served.close();
      });
    }
  }
});
