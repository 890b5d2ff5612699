// What only Node's webSocket() can do, against the library's own router on TLS, behind a proxy and on a Unix socket.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { filter, firstValueFrom, map } from 'rxjs';
import { WebSocketServer } from 'ws';
import { Client } from '../../src/client/client.ts';
import { webSocket, type NodeWebSocketOptions } from '../../src/node/index.ts';
import { ConnectFailedError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import type { Session } from '../../src/session/session.ts';
import { serveRouter, type ServedRouter, type ServeOptions } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { testCertificate, type TestCertificate } from '../../src/testing/node/index.ts';

const LONG = 'a long text that says little. '.repeat(10_000);

describe('webSocket with the options of Node', () => {
  let router: TestRouter;
  let served: ServedRouter | undefined;
  let clients: Client[];

  beforeEach(() => {
    router = createTestRouter();
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((each) => each.close()));
    await served?.close();
    served = undefined;
    await router.close();
  });

  const serve = async (options: ServeOptions = {}): Promise<string> =>
    (served = await serveRouter(router, options)).url;

  const joined = (options: NodeWebSocketOptions): Promise<Session> => {
    const wamp = new Client({ realm: 'realm1', transports: [webSocket(options)], reconnect: false });
    clients.push(wamp);
    wamp.connect();
    return firstValueFrom(
      wamp.status$.pipe(
        map((status) => {
          if (status.state === 'failed') throw status.error;
          return status.state === 'joined' ? status.session : undefined;
        }),
        filter((session) => session !== undefined),
      ),
    );
  };

  const echo = async (session: Session, value: unknown): Promise<unknown> => {
    const registration = session.register('spec.echo', ({ args }) => args[0]).subscribe();
    await router.whenRegistered('spec.echo');
    const result = await firstValueFrom(session.call('spec.echo', [value]));
    registration.unsubscribe();
    return result.value;
  };

  describe('over TLS', () => {
    let issuer: TestCertificate;
    let server: TestCertificate;
    let client: TestCertificate;

    beforeAll(async () => {
      issuer = await testCertificate({ names: ['ca.test'], keyType: 'ec' });
      server = await testCertificate({ names: ['router.test'], keyType: 'ec', issuer });
      client = await testCertificate({ names: ['joe.test'], keyType: 'ec', issuer });
    });

    it('trusts a CA of its own, and expects the name that it asks for', async () => {
      const url = await serve({ tls: server });
      expect(url).toMatch(/^wss:/);
      const session = await joined({ url, ca: issuer.cert, servername: 'router.test' });
      expect(await echo(session, 'ä')).toBe('ä');
      expect(session.details.transport).toEqual(
        jasmine.objectContaining({ isSecure: true, peer: `127.0.0.1:${served!.port}` }),
      );
      await expectAsync(joined({ url, servername: 'router.test' })).toBeRejectedWithError(
        ConnectFailedError,
        /unable to verify/,
      );
      await expectAsync(joined({ url, ca: issuer.cert })).toBeRejectedWithError(ConnectFailedError, /altnames/);
      await expectAsync(joined({ url, ca: issuer.cert, servername: 'other.test' })).toBeRejectedWithError(
        ConnectFailedError,
        /altnames/,
      );
    });

    it('follows no redirect to an address without TLS', async () => {
      let dials = 0;
      const plain = createServer().on('upgrade', (_, socket) => {
        dials++;
        socket.end();
      });
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
      const location = `ws://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
      const front = createSecureServer({ key: server.key, cert: server.cert }).on('upgrade', (_, socket) => {
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
      });
      front.listen(0, '127.0.0.1');
      await once(front, 'listening');
      const url = `wss://127.0.0.1:${(front.address() as AddressInfo).port}/`;
      await expectAsync(firstValueFrom(webSocket({ url, rejectUnauthorized: false }).open())).toBeRejectedWithError(
        ConnectFailedError,
        /a redirect leads to an address without TLS/,
      );
      front.close();
      plain.close();
      await Promise.all([once(front, 'close'), once(plain, 'close')]);
      expect(dials).toBe(0);
    });

    it('accepts any certificate with rejectUnauthorized: false', async () => {
      const url = await serve({ tls: server });
      expect((await joined({ url, rejectUnauthorized: false })).open).toBeTrue();
    });

    it('shows a certificate to a router that wants one', async () => {
      const url = await serve({ tls: { ...server, requestCert: true, rejectUnauthorized: true, ca: issuer.cert } });
      const trusted = { url, ca: issuer.cert, servername: 'router.test' };
      const session = await joined({ ...trusted, ...client });
      expect(session.open).toBeTrue();
      await expectAsync(joined(trusted)).toBeRejectedWithError(ConnectFailedError);
      expect(router.sessions.length).toBe(1);
    });
  });

  describe('through a proxy', () => {
    let proxy: Server;
    let agent: HttpsProxyAgent<string>;
    let sockets: Set<Socket>;
    /** What was asked for, and how many bytes passed to the router and back. */
    let asked: string[];
    let bytes: [number, number];

    beforeEach(async () => {
      asked = [];
      bytes = [0, 0];
      sockets = new Set();
      proxy = createServer();
      proxy.on('connect', (request: IncomingMessage, downstream: Socket) => {
        const [host = '', port] = request.url!.split(':');
        asked.push(`${request.headers['proxy-authorization'] ?? ''} ${request.url ?? ''}`);
        const upstream = connect(Number(port), host, () => {
          downstream.write('HTTP/1.1 200 OK\r\n\r\n');
        });
        for (const [i, from, to] of [
          [0, downstream, upstream],
          [1, upstream, downstream],
        ] as const) {
          sockets.add(from);
          from.on('data', (data: Buffer) => {
            bytes[i] += data.length;
            to.write(data);
          });
          from.on('close', () => to.destroy());
          from.on('error', () => to.destroy());
        }
      });
      proxy.listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      agent = new HttpsProxyAgent(`http://joe:pw@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    });

    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    });

    it('asks the agent for the connection', async () => {
      const url = await serve();
      expect(await echo(await joined({ url, agent }), 1)).toBe(1);
      expect(asked).toEqual([`Basic ${btoa('joe:pw')} 127.0.0.1:${served!.port}`]);
    });

    for (const serializer of [json(), cbor()]) {
      it(`compresses both ways where both sides want it, in ${serializer.id}`, async () => {
        const moved = async (mine: boolean, theirs: boolean): Promise<readonly number[]> => {
          const url = await serve({ perMessageDeflate: theirs });
          bytes = [0, 0];
          const session = await joined({ url, agent, perMessageDeflate: mine, serializers: [serializer] });
          expect(await echo(session, LONG)).toBe(LONG);
          const agreed = mine && theirs ? jasmine.stringContaining('permessage-deflate') : '';
          expect(session.details.transport.extensions as unknown).toEqual(agreed);
          await clients.at(-1)!.close();
          await served!.close();
          return bytes;
        };
        for (const passed of await moved(true, true)) expect(passed).toBeLessThan(LONG.length / 10);
        for (const passed of await moved(true, false)) expect(passed).toBeGreaterThan(LONG.length);
        for (const passed of await moved(false, true)) expect(passed).toBeGreaterThan(LONG.length);
      });
    }
  });

  it('finds a router on a Unix domain socket', async () => {
    const socketPath = join(tmpdir(), `rxwamp-${process.pid}-${router.sessions.length}.sock`);
    const url = await serve({ socketPath, path: '/ws' });
    expect(url).toBe(`ws+unix:${socketPath}:/ws`);
    expect(served!.port).toBe(0);
    const session = await joined({ url });
    expect(await echo(session, 1)).toBe(1);
    expect(session.details.transport.url).toBe(url);
    expect(session.details.transport.peer).toBeUndefined();
  });

  describe('cookies', () => {
    let http: Server;
    let server: WebSocketServer;
    let shown: (string | undefined)[];
    let set: string[];
    let status: number;
    let url: string;

    beforeEach(async () => {
      shown = [];
      set = [];
      status = 101;
      http = createServer();
      server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
      server.on('headers', (headers, { headers: { cookie } }) => {
        shown.push(cookie);
        for (const each of set) headers.push(`Set-Cookie: ${each}`);
      });
      http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
        if (status === 101) server.handleUpgrade(request, socket, head, (peer) => peer.close());
        else {
          shown.push(request.headers.cookie);
          socket.end(`HTTP/1.1 ${status} No\r\nSet-Cookie: refused=1\r\nContent-Length: 0\r\n\r\n`);
        }
      });
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws`;
    });

    afterEach(async () => {
      server.close();
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    });

    const open = (transport: ReturnType<typeof webSocket>) =>
      firstValueFrom(transport.open()).then(
        (channel) => {
          channel.drop();
        },
        () => undefined,
      );

    it('that the router sets are shown again at the next attempt, behind those of the headers', async () => {
      const transport = webSocket({ url, cookies: true, headers: { Cookie: 'mine=1' } });
      set = ['cbtid=abc; Path=/; HttpOnly', 'b=2'];
      await open(transport);
      set = ['b=3; Max-Age=60', 'c=x=y', 'nothing'];
      await open(transport);
      set = ['cbtid=; Max-Age=0', 'b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'];
      await open(transport);
      await open(transport);
      expect(shown).toEqual(['mine=1', 'mine=1; cbtid=abc; b=2', 'mine=1; cbtid=abc; b=3; c=x=y', 'mine=1; c=x=y']);
    });

    it('are kept from a refusal, too, and for their host alone', async () => {
      let address = url;
      const transport = webSocket({ url: () => address, cookies: true });
      status = 403;
      await open(transport);
      status = 101;
      address = url.replace('127.0.0.1', 'localhost');
      await open(transport);
      address = url;
      await open(transport);
      expect(shown).toEqual([undefined, undefined, 'refused=1']);
    });

    it('are not kept unless that is wanted', async () => {
      set = ['cbtid=abc'];
      const transport = webSocket({ url });
      await open(transport);
      await open(transport);
      expect(shown).toEqual([undefined, undefined]);
      expect(() => webSocket({ url, cookies: 'yes' as never })).toThrowError(TypeError, /cookies must be a boolean/);
    });
  });
});
