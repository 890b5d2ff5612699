// What proves both sides of the command line over TLS, as processes: the client's certificate, proofs that are bound to the
// connection, and the router's own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import { cryptosignPublicKey } from '../../src/auth/cryptosign-key.ts';
import {
  acceptCookie,
  acceptCryptosign,
  acceptScram,
  acceptTls,
  type RouterAuthenticator,
} from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { testCertificate, type TestCertificate } from '../../src/testing/node/index.ts';
import { cliStarter, type Cli } from '../helpers/cli.ts';

const SEED = '01'.repeat(32);
const ROUTER_SEED = '02'.repeat(32);
const [HELLO, CHALLENGE] = [1, 4];

type Extra = Readonly<Record<string, unknown>>;

describe('what proves both sides of the command line', () => {
  const starter = cliStarter();
  let folder: string;
  let server: TestCertificate;
  let client: TestCertificate;
  let router: TestRouter;
  let served: ServedRouter;
  let listening: Subscription;
  /** `authextra` of HELLO, and what the router asked. */
  let said: Extra[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-cli-'));
    server = await testCertificate();
    client = await testCertificate({ names: ['joe.spec'] });
    for (const [name, text] of Object.entries({
      'ca.pem': server.cert,
      'joe.pem': client.cert,
      'joe.key': client.key,
      password: 'hush scram',
      key: SEED,
    })) {
      writeFileSync(join(folder, name), text);
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    listening.unsubscribe();
    await served.close();
    await router.close();
  });

  const serve = async (auth: readonly RouterAuthenticator[], secure = true): Promise<void> => {
    router = createTestRouter({ realms: { realm1: { auth } } });
    said = [];
    listening = router.messages$.subscribe(({ message }) => {
      if (message[0] === HELLO) said.push((message[2] as { authextra?: Extra }).authextra ?? {});
      if (message[0] === CHALLENGE) said.push(message[2] as Extra);
    });
    served = await serveRouter(router, {
      rawSocket: { port: 0 },
      longPoll: true,
      ...(secure && {
        tls: {
          key: server.key,
          cert: server.cert,
          ca: client.cert,
          requestCert: true,
          // who shows none is for the authenticators to judge
          rejectUnauthorized: false,
        },
      }),
    });
  };
  /** Joins at an address, and leaves. */
  const at = (url: string | undefined, ...args: string[]): Cli =>
    starter(['call', 'wamp.session.count', '--verbose', '--url', url ?? '', ...args], { cwd: folder });
  const over = (...args: string[]): Cli => at(served.url, '--ca', 'ca.pem', ...args);
  const expectJoined = async (it: Cli, authid: string): Promise<void> => {
    expect(await it.code)
      .withContext(it.err)
      .toBe(0);
    expect(it.out).toBe('1\n');
    expect(it.err).toContain(`joined realm1 as ${authid},`);
    expect(it.err).not.toContain('hush');
    expect(it.err).not.toContain(SEED);
  };
  const expectRefused = async (it: Cli, code: number, why: RegExp): Promise<void> => {
    expect(await it.code)
      .withContext(it.err)
      .toBe(code);
    expect(it.out).toBe('');
    expect(it.err).toMatch(why);
    expect(it.err).not.toMatch(/^ +at /m);
  };
  const SCRAM = ['--authid', 'joe', '--password-file', 'password'];
  const KEY = ['--private-key-file', 'key'];

  it('is a certificate of the client, by --cert, --key and --auth tls, on every transport', async () => {
    await serve([acceptTls()]);
    for (const url of [served.url, served.rawSocket?.url, served.longPollUrl]) {
      const shown = at(url, '--ca', 'ca.pem', '--cert', 'joe.pem', '--key', 'joe.key', '--auth', 'tls');
      await expectJoined(shown, 'joe.spec');
      await expectRefused(at(url, '--ca', 'ca.pem', '--auth', 'tls'), 3, /^rxwamp: The router refused .*Not known by/m);
    }
    await expectRefused(over('--cert', 'joe.pem'), 2, /^rxwamp: --cert and --key go together$/m);
  }, 120_000);

  it('are certificates and keys that can be read, or a sentence says which cannot', async () => {
    await serve([acceptTls()]);
    await expectRefused(over('--cert', 'none.pem', '--key', 'joe.key'), 2, /^rxwamp: --cert: cannot read none\.pem/m);
    await expectRefused(over('--cert', 'password', '--key', 'joe.key'), 2, /^rxwamp: --cert: .*password .*PEM/m);
    await expectRefused(over('--cert', 'joe.pem', '--key', 'password'), 2, /^rxwamp: --key: .*password .*PEM/m);
    await expectRefused(over('--cert', 'ca.pem', '--key', 'joe.key'), 2, /^rxwamp: --key: .*not the key of --cert/m);
    await expectRefused(at(served.url, '--ca', 'key'), 2, /^rxwamp: --ca: .*PEM/m);
  }, 120_000);

  it('is bound to the TLS connection by --channel-binding, with cryptosign and SCRAM', async () => {
    await serve([acceptCryptosign({ [await cryptosignPublicKey(SEED)]: 'joe' }), acceptScram({ joe: 'hush scram' })]);
    for (const identity of [KEY, SCRAM]) {
      said = [];
      await expectJoined(over(...identity, '--channel-binding', 'tls-exporter'), 'joe');
      expect(said[0]?.['channel_binding']).toBe('tls-exporter');
      if (identity === KEY) expect(said[1]?.['channel_binding']).toBe('tls-exporter');
    }
  }, 120_000);

  it('is not sent unbound where --channel-binding is not to be had', async () => {
    await serve(
      [acceptCryptosign({ [await cryptosignPublicKey(SEED)]: 'joe' }), acceptScram({ joe: 'hush scram' })],
      false,
    );
    for (const identity of [KEY, SCRAM]) {
      const unbound = at(served.url, ...identity, '--channel-binding', 'tls-exporter');
      await expectRefused(unbound, 3, /has no channel binding of type tls-exporter/);
    }
    expect(said).toEqual([]);
    const unknown = at(served.url, ...KEY, '--channel-binding', 'tls');
    await expectRefused(unknown, 2, /^rxwamp: --channel-binding: .* tls-unique, tls-exporter, got 'tls'$/m);
    const other = at(served.url, ...KEY, '--channel-binding', 'tls-server-end-point');
    await expectRefused(other, 2, /^rxwamp: --channel-binding: .*tls-server-end-point/m);
  }, 120_000);

  it('is the key of the router, by --router-key, one of several', async () => {
    const [right, wrong] = [await cryptosignPublicKey(ROUTER_SEED), await cryptosignPublicKey('03'.repeat(32))];
    await serve([acceptCryptosign({ [await cryptosignPublicKey(SEED)]: 'joe' }, { routerKey: ROUTER_SEED })], false);
    await expectJoined(at(served.url, ...KEY, '--mutual', '--router-key', wrong, '--router-key', right), 'joe');
    await expectRefused(at(served.url, ...KEY, '--router-key', wrong), 3, /^rxwamp: .*router.*key/m);
    await expectRefused(at(served.url, ...KEY, '--router-key', 'odd'), 2, /^rxwamp: --router-key: .*64 hexadecimal/m);
  }, 120_000);

  it('is insisted on by --mutual, which a router that proves nothing does not pass', async () => {
    await serve([acceptCookie(() => ({ authid: 'joe' }))], false);
    for (const identity of [KEY, SCRAM]) {
      const method = identity === KEY ? 'cryptosign' : 'scram';
      const methods = ['--auth', 'cookie', '--auth', method];
      await expectJoined(at(served.url, ...identity, ...methods), 'joe');
      await expectRefused(
        at(served.url, ...identity, ...methods, '--mutual'),
        3,
        /^rxwamp: We refused [^(]*\(\w+: WELCOME came without the proof of the router \(mutual\)\)$/m,
      );
    }
  }, 120_000);

  it('is asked for of methods that have it alone', async () => {
    await serve([acceptCookie(() => ({ authid: 'joe' }))], false);
    for (const [flag, ...value] of [
      ['--mutual'],
      ['--channel-binding', 'tls-exporter'],
      ['--router-key', '00'.repeat(32)],
    ] as const) {
      const said = new RegExp(`^rxwamp: ${flag} needs .*cryptosign`, 'm');
      await expectRefused(at(served.url, flag, ...value), 2, said);
      await expectRefused(at(served.url, flag, ...value, '--auth', 'cookie'), 2, said);
    }
    const scrams = at(served.url, ...SCRAM, '--router-key', '00'.repeat(32));
    await expectRefused(scrams, 2, /^rxwamp: --router-key needs .*cryptosign/m);
  }, 120_000);

  it('is SCRAM in the dialect that the router speaks', async () => {
    await serve([acceptScram({ joe: 'hush scram' }, { dialect: 'scram' })], false);
    const it = at(served.url, ...SCRAM, '--mutual');
    await expectJoined(it, 'joe');
    expect(it.err).toContain('the router challenges with scram\n');
    writeFileSync(join(folder, 'wrong'), 'hush hush');
    const wrong = at(served.url, '--authid', 'joe', '--password-file', 'wrong');
    await expectRefused(wrong, 3, /^rxwamp: The router refused .*Check --auth/m);
  }, 120_000);
});
