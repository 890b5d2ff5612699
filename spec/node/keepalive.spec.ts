// The keepalive over real sockets: what virtual time cannot show.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import { WampClient } from '../../src/index.ts';

describe('keepalive over a WebSocket in Node', () => {
  let server: WebSocketServer;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const peer of server.clients) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  it('keeps a link whose pong came while the event loop was busy', async () => {
    const pinged = new Promise<void>((resolve) => {
      server.on('connection', (peer: WebSocket) => {
        peer.once('message', () => peer.send('[2,1,{"roles":{"broker":{}}}]'));
        let pings = 0;
        peer.on('ping', () => {
          // the answer lies in the client's socket when its timer is due, and nothing has been read yet
          peer.pong();
          const free = performance.now() + 100;
          while (performance.now() < free);
          if (++pings === 3) resolve();
        });
      });
    });
    const { port } = server.address() as AddressInfo;
    const wamp = new WampClient({
      realm: 'realm1',
      url: `ws://127.0.0.1:${port}`,
      keepalive: { interval: 30, timeout: 50 },
      closeTimeout: 50,
    });
    const lost: unknown[] = [];
    wamp.lifecycle$.subscribe((event) => {
      if (event.type === 'disconnect') lost.push(event);
    });
    await firstValueFrom(wamp.connect());
    await pinged;
    expect(lost).toEqual([]);
    await wamp.close();
  });
});
