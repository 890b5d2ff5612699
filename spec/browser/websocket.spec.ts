// webSocket() in a real browser: raw frames with the router that Karma started, and a WebSocket played by the spec for
// what a browser cannot be made to do.
import { webSocket } from '../../src/transports/websocket.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { ConnectFailedError, ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { firstValueFrom, type Observable } from 'rxjs';

declare const __karma__: { readonly config: { readonly routerUrl?: string } };

const HELLO = [1, 'realm1', { roles: { subscriber: {}, publisher: {} } }] as const;

const failure = (opening: Observable<Channel>): Promise<unknown> =>
  new Promise((resolve) => opening.subscribe({ next: resolve, error: resolve }));

describe('webSocket in a browser, with a router', () => {
  const url = __karma__.config.routerUrl ?? '';

  for (const serializer of [json(), cbor(), msgpack()]) {
    it(`says HELLO and hears WELCOME in ${serializer.id}`, async () => {
      const channel = await firstValueFrom(webSocket({ url, serializers: [serializer] }).open());
      expect(channel.details).toEqual({
        type: 'websocket',
        url,
        serializer: serializer.id,
        subprotocol: serializer.subprotocol,
      });
      expect(channel.received).toBe(0);
      const welcome = firstValueFrom(channel.incoming);
      channel.send(HELLO);
      expect(await welcome).toEqual([2, jasmine.any(Number), jasmine.objectContaining({ roles: jasmine.any(Object) })]);
      expect(channel.received).toBe(1);
      channel.close();
    });
  }

  it('completes when the link is down after GOODBYE and close()', async () => {
    const channel = await firstValueFrom(webSocket({ url }).open());
    const frames: unknown[] = [];
    const end = new Promise<void>((resolve, reject) => {
      channel.incoming.subscribe({
        next: (frame) => {
          frames.push(frame);
          channel.close(1000, 'wamp.close.normal');
        },
        error: reject,
        complete: resolve,
      });
    });
    channel.send(HELLO);
    await end;
    expect(frames.length).toBe(1);
    expect(() => channel.send([6, {}, 'wamp.close.normal'])).toThrowError(ConnectionLostError);
  });

  it('drops at once', async () => {
    const channel = await firstValueFrom(webSocket({ url }).open());
    const seen: unknown[] = [];
    channel.incoming.subscribe({ next: (frame) => seen.push(frame), complete: () => seen.push('complete') });
    channel.send(HELLO);
    channel.drop();
    expect(seen).toEqual(['complete']);
  });
});

describe('webSocket in a browser, without a router', () => {
  it('says that no server listens, with the reason where the browser gives one', async () => {
    const error = await failure(webSocket({ url: 'ws://127.0.0.1:9/' }).open());
    expect(error).toBeInstanceOf(ConnectFailedError);
    expect((error as Error).message).toMatch(
      /^Cannot connect to ws:\/\/127\.0\.0\.1:9\/ \(offered: wamp\.2\.json\): (no reason is given here|WebSocket .+); see \S+#cannot-connect$/,
    );
  });

  it('says that there is no WebSocket', async () => {
    const real = globalThis.WebSocket;
    (globalThis as { WebSocket?: unknown }).WebSocket = undefined;
    const error = await failure(webSocket({ url: 'ws://127.0.0.1:9/' }).open());
    globalThis.WebSocket = real;
    expect(error).toBeInstanceOf(ConnectFailedError);
    expect((error as Error).message).toMatch(/this platform has no WebSocket/);
  });
});
