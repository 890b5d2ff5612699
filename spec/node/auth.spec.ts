// Authentication over real sockets: cookies, TLS certificates, and proofs bound to the TLS channel.
import { connect, createServer, type TLSSocket, type SecureVersion } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { X509Certificate, createHash } from 'node:crypto';
import type { Authenticator, ChannelBindingType } from '../../src/auth/authenticator.ts';
import { cryptosign } from '../../src/auth/cryptosign.ts';
import { generateCryptosignKey } from '../../src/auth/cryptosign-key.ts';
import { cookie, tls } from '../../src/auth/proofless.ts';
import { scram } from '../../src/auth/scram.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { wampcra } from '../../src/auth/wampcra.ts';
import { Client } from '../../src/client/client.ts';
import { webSocket, type NodeWebSocketOptions } from '../../src/node/index.ts';
import {
  acceptCookie,
  acceptCryptosign,
  acceptScram,
  acceptTicket,
  acceptTls,
  acceptWampCra,
} from '../../src/router/index.ts';
import type { RouterAuthenticator } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter, type ServeOptions } from '../../src/router/node/index.ts';
import { testCertificate, type TestCertificate, type TestCertificateOptions } from '../../src/testing/node/index.ts';
import { tlsBinding } from '../../src/transports/binding.node.ts';
import { joinedBy, refusedBy } from '../auth/helpers.ts';

/** A certificate of that common name, valid for localhost. */
const certificate = (name: string, options: TestCertificateOptions = { keyType: 'ec' }): Promise<TestCertificate> =>
  testCertificate({ names: [name, 'localhost'], ...options });

describe('authentication over sockets', () => {
  let server: TestCertificate;
  let served: ServedRouter | undefined;
  let clients: Client[] = [];

  beforeAll(async () => {
    server = await certificate('localhost');
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
    await served?.close();
    served = undefined;
  });

  async function serve(auth: readonly RouterAuthenticator[], options: ServeOptions = {}): Promise<void> {
    served = await serveRouter(createTestRouter({ realms: { realm1: { auth } } }), options);
  }

  /** Serves over TLS of one version. */
  const serveTls = (
    auth: readonly RouterAuthenticator[],
    version: SecureVersion = 'TLSv1.3',
    more: object = {},
  ): Promise<void> => serve(auth, { tls: { ...server, minVersion: version, maxVersion: version, ...more } });

  function client(auth: readonly Authenticator[], options: Partial<NodeWebSocketOptions> = {}): Client {
    const { url } = served as ServedRouter;
    const transport = webSocket({
      url,
      ...(url.startsWith('wss') && { ca: server.cert, servername: 'localhost' }),
      ...options,
    });
    const made = new Client({ realm: 'realm1', transports: [transport], auth });
    clients.push(made);
    return made;
  }

  it('every method joins over a WebSocket', async () => {
    const { privateKey, publicKey } = await generateCryptosignKey();
    const methods: [RouterAuthenticator, Authenticator][] = [
      [acceptTicket({ joe: 's3cret' }), ticket({ authid: 'joe', ticket: 's3cret' })],
      [acceptWampCra({ joe: 's3cret' }), wampcra({ authid: 'joe', secret: 's3cret' })],
      [
        acceptWampCra({ joe: { secret: 's3cret', salt: 'pepper' } }),
        wampcra({ authid: 'joe', secret: () => Promise.resolve('s3cret') }),
      ],
      [acceptScram({ joe: 's3cret' }), scram({ authid: 'joe', password: 's3cret', mutual: true })],
      [
        acceptScram({ joe: 's3cret' }, { dialect: 'scram' }),
        scram({ authid: 'joe', password: 's3cret', dialect: 'scram', mutual: true }),
      ],
      [acceptCryptosign({ [publicKey]: 'joe' }), cryptosign({ privateKey })],
    ];
    for (const [router, method] of methods) {
      await serve([router]);
      const { session } = await joinedBy(client([method]));
      expect(session.details).toEqual(jasmine.objectContaining({ authid: 'joe', authmethod: method.method }));
      await served?.close();
    }
  });

  it('a cookie in the headers is known, and another is not', async () => {
    await serve([
      acceptCookie(({ link }) => (link.headers?.['cookie'] === 'cbtid=abc' ? { authid: 'joe' } : undefined)),
    ]);
    const { session } = await joinedBy(client([cookie()], { headers: { Cookie: 'cbtid=abc' } }));
    expect(session.details).toEqual(jasmine.objectContaining({ authid: 'joe', authmethod: 'cookie' }));
    const stranger = await refusedBy(client([cookie()], { headers: { Cookie: 'cbtid=xyz' } }));
    expect(stranger.reason).toBe('wamp.error.authentication_denied');
  });

  it('a client certificate is an identity, where it is trusted', async () => {
    const [ann, eve] = await Promise.all([certificate('ann'), certificate('eve')]);
    await serveTls([acceptTls()], 'TLSv1.3', { requestCert: true, rejectUnauthorized: false, ca: ann.cert });
    const { session } = await joinedBy(client([tls()], ann));
    expect(session.details).toEqual(
      jasmine.objectContaining({ authid: 'ann', authmethod: 'tls', authprovider: 'tls' }),
    );
    expect((await refusedBy(client([tls()], eve))).reason).toBe('wamp.error.authentication_denied');
    expect((await refusedBy(client([tls()]))).reason).toBe('wamp.error.authentication_denied');
  });

  const bindings: [SecureVersion, ChannelBindingType][] = [
    ['TLSv1.2', 'tls-unique'],
    ['TLSv1.2', 'tls-exporter'],
    ['TLSv1.3', 'tls-exporter'],
    ['TLSv1.3', 'tls-server-end-point'],
  ];
  for (const [version, type] of bindings) {
    it(`binds to ${type} over ${version}`, async () => {
      const { privateKey, publicKey } = await generateCryptosignKey();
      const router = await generateCryptosignKey();
      let agreed: unknown;
      const scrams = acceptScram({ joe: 's3cret' });
      const watched: RouterAuthenticator = {
        ...scrams,
        hello: (request) => {
          agreed = request.authextra['channel_binding'];
          return scrams.hello(request);
        },
      };
      await serveTls([watched, acceptCryptosign({ [publicKey]: 'joe' }, { routerKey: router.privateKey })], version);
      await joinedBy(client([scram({ authid: 'joe', password: 's3cret', channelBinding: type, mutual: true })]));
      expect(agreed).toBe(type);
      if (type === 'tls-server-end-point') return;
      const options = { privateKey, channelBinding: type, routerKey: router.publicKey, mutual: true };
      const { session } = await joinedBy(client([cryptosign(options)]));
      expect(session.details.authmethod).toBe('cryptosign');
    });
  }

  it('has no tls-unique over TLS 1.3: refuses, or goes without', async () => {
    const { privateKey, publicKey } = await generateCryptosignKey();
    await serveTls([acceptCryptosign({ [publicKey]: 'joe' })]);
    const error = await refusedBy(client([cryptosign({ privateKey, channelBinding: 'tls-unique' })]));
    expect(error.local).toBeTrue();
    expect(error.message).toContain('no channel binding of type tls-unique');
    await joinedBy(client([cryptosign({ privateKey, channelBinding: { prefer: 'tls-unique' } })]));
  });

  it('has nothing to bind to without TLS', async () => {
    await serve([acceptScram({ joe: 's3cret' })]);
    const auth = scram({ authid: 'joe', password: 's3cret', channelBinding: 'tls-server-end-point' });
    expect((await refusedBy(client([auth]))).local).toBeTrue();
  });

  it('a proof of one TLS connection is worth nothing on another', async () => {
    // what a man in the middle has: two connections, and the router's view of the second
    const { privateKey, publicKey } = await generateCryptosignKey();
    const honest = acceptCryptosign({ [publicKey]: 'joe' });
    const other = new Uint8Array(32).fill(7);
    await serveTls([
      { ...honest, hello: (request) => honest.hello({ ...request, link: { channelBinding: () => other } }) },
    ]);
    const error = await refusedBy(client([cryptosign({ privateKey, channelBinding: 'tls-exporter' })]));
    expect(error.reason).toBe('wamp.error.authentication_denied');
  });
});

describe('tlsBinding', () => {
  type Ends = Record<'client' | 'server', (type: ChannelBindingType) => string | undefined> & {
    readonly reused: boolean;
    readonly first: string | undefined;
  };

  const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');

  /** Two connections, of which the second resumes the first, as both ends see them. */
  async function connections(pem: TestCertificate, version: SecureVersion): Promise<Ends[]> {
    const server = createServer({ ...pem, minVersion: version, maxVersion: version });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let session: Buffer | undefined;
    const seen: Ends[] = [];
    for (let i = 0; i < 2; i++) {
      const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
      const socket = connect({
        port,
        host: '127.0.0.1',
        ca: pem.cert,
        servername: 'localhost',
        ...(session && { session }),
      });
      socket.once('session', (known: Buffer) => (session = known));
      const [[there]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
      there.write('x');
      await once(socket, 'readable');
      const types: ChannelBindingType[] = ['tls-unique', 'tls-exporter', 'tls-server-end-point'];
      const view = (end: TLSSocket, role: 'client' | 'server'): Ends['client'] => {
        const known = new Map(types.map((type) => [type, hex(tlsBinding(end, type, role))]));
        return (type) => known.get(type);
      };
      seen.push({
        client: view(socket, 'client'),
        server: view(there, 'server'),
        reused: socket.isSessionReused(),
        // of the two Finished messages, the server's is the first one in a resumed session
        first: hex(i === 0 ? socket.getFinished() : socket.getPeerFinished()),
      });
      const ended = once(there, 'close');
      socket.destroy();
      await ended;
    }
    server.close();
    return seen;
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`is the same at both ends and another for each connection, resumed or not, over ${version}`, async () => {
      const pem = await certificate('localhost');
      const [first, second] = (await connections(pem, version)) as [Ends, Ends];
      expect([first.reused, second.reused]).toEqual([false, true]);
      for (const type of ['tls-unique', 'tls-exporter'] as const) {
        for (const { client, server } of [first, second]) expect(client(type)).toBe(server(type));
        if (type === 'tls-exporter' || version === 'TLSv1.2') {
          expect(first.client(type)?.length).toBe(type === 'tls-unique' ? 24 : 64);
          expect(second.client(type)).not.toBe(first.client(type));
          if (type === 'tls-unique') for (const each of [first, second]) expect(each.client(type)).toBe(each.first);
        } else expect(first.client(type)).toBeUndefined();
      }
    });
  }

  it('hashes the certificate of the server with the hash of its signature', async () => {
    for (const [options, hash] of [
      [{ keyType: 'ec' }, 'sha256'],
      [{ hash: 'sha512' }, 'sha512'],
      [{ hash: 'sha384' }, 'sha384'],
      [{ hash: 'sha1' }, 'sha256'],
    ] as const) {
      const pem = await certificate('localhost', options);
      const expected = createHash(hash).update(new X509Certificate(pem.cert).raw).digest('hex');
      const [first] = (await connections(pem, 'TLSv1.3').catch((error: unknown) => {
        throw new Error(`${hash}: ${String(error)}`);
      })) as [Ends];
      expect(first.client('tls-server-end-point')).toBe(expected);
      expect(first.server('tls-server-end-point')).toBe(expected);
    }
  });
});
