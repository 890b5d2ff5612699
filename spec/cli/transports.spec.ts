// The command line over every transport, serializer and way of TLS, as processes against the test router.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { testCertificate, type TestCertificate } from '../../src/testing/node/index.ts';
import { cliAgainst } from './against.ts';
import { cliStarter } from '../helpers/cli.ts';

describe('rxwamp against the test router', () => {
  let router: TestRouter;
  let served: ServedRouter;

  beforeAll(async () => {
    router = createTestRouter();
    served = await serveRouter(router);
  });
  afterAll(async () => {
    await served.close();
    await router.close();
  });

  describe('over WebSocket, with JSON', () => {
    cliAgainst({ args: () => ['--url', served.url] });
  });
});

describe('rxwamp reaches a router', () => {
  const cli = cliStarter();
  let folder: string;
  let router: TestRouter;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-cli-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    router = createTestRouter();
  });
  afterEach(() => router.close());

  const count = async (...args: string[]): Promise<void> => {
    const it = cli(['call', 'wamp.session.count', ...args]);
    expect(await it.code)
      .withContext(`${args.join(' ')}: ${it.err}`)
      .toBe(0);
    expect(it.out).toBe('1\n');
  };

  it('by RawSocket and long-poll, with the serializers of its options, the first that the router speaks', async () => {
    const served = await serveRouter(router, {
      longPoll: true,
      rawSocket: { port: 0 },
      serializers: [json(), cbor(), batched(cbor())],
    });
    for (const [url, list, used] of [
      [served.url, 'msgpack,cbor', 'cbor'],
      [served.rawSocket?.url, 'msgpack,cbor', 'cbor'],
      [served.longPollUrl, 'cbor.batched,json', 'cbor.batched'],
      [served.longPollUrl, undefined, 'json'],
    ] as const) {
      const it = cli(['call', 'wamp.session.count', '--verbose', '-u', url ?? '', ...(list ? ['-s', list] : [])]);
      expect(await it.code)
        .withContext(it.err)
        .toBe(0);
      expect(it.out).toBe('1\n');
      expect(it.err).toContain(`connected to ${url} (${used})`);
    }
    await served.close();
  }, 60_000);

  it('on Unix domain sockets', async () => {
    const [web, raw] = [join(folder, 'web.sock'), join(folder, 'raw.sock')];
    const served = await serveRouter(router, { socketPath: web, rawSocket: { path: raw } });
    await count('--url', `ws+unix:${web}`);
    await count('--url', `rs+unix:${raw}`);
    await served.close();
  }, 60_000);

  it('at the second address, where the first one does not answer', async () => {
    const served = await serveRouter(router);
    await count('--url', 'ws://127.0.0.1:1', '--url', served.url);
    await served.close();
  }, 60_000);

  describe('over TLS', () => {
    let server: TestCertificate;
    let served: ServedRouter;
    let file: string;

    beforeAll(async () => {
      const issuer = await testCertificate({ names: ['ca.spec'], keyType: 'ec' });
      server = await testCertificate({ names: ['router.spec'], keyType: 'ec', issuer });
      file = join(folder, 'ca.pem');
      writeFileSync(file, issuer.cert);
    });
    beforeEach(async () => {
      served = await serveRouter(router, {
        tls: server,
        longPoll: true,
        rawSocket: { port: 0 },
      });
    });
    afterEach(() => served.close());

    it('whose certificate is trusted by --ca and --servername', async () => {
      for (const url of [served.url, served.rawSocket?.url, served.longPollUrl]) {
        await count('--url', url ?? '', '--ca', file, '--servername', 'router.spec');
      }
    }, 60_000);

    it('with any certificate by --insecure, and without a word of trust not at all', async () => {
      for (const url of [served.url, served.rawSocket?.url, served.longPollUrl]) {
        await count('--url', url ?? '', '--insecure');
        const it = cli(['call', 'wamp.session.count', '--url', url ?? '', '--ca', file]);
        expect(await it.code).toBe(3);
        expect(it.err).toMatch(/^rxwamp: Cannot connect to .*certificate/);
      }
    }, 60_000);
  });
});
