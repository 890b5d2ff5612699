// The launcher of a real Crossbar.io, here with an imitation of the program; spec/interop runs it with the real one.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstValueFrom } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import { webSocket } from '../../src/node/index.ts';
import { createTestRouter, whenSession } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { launchCrossbar, testCertificate, type LaunchedCrossbar } from '../../src/testing/node/index.ts';
import { crossbarConfig, crossbarUser, webSocketUrl } from '../../src/testing/node/crossbar-config.ts';
import { FROM_SOURCE } from '../helpers/from-source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LONG = 60_000;

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('launchCrossbar', () => {
  let folder: string;
  let command: string;
  let launched: LaunchedCrossbar[];
  const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('rxwamp-crossbar-'));
  let before: string[];

  /** A program that runs these lines of shell. */
  const program = (name: string, ...lines: string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return path;
  };
  const launch = async (options: Parameters<typeof launchCrossbar>[0]): Promise<LaunchedCrossbar> => {
    const crossbar = await launchCrossbar({ command, ...options });
    launched.push(crossbar);
    return crossbar;
  };
  const joined = async (
    crossbar: LaunchedCrossbar,
    options: Partial<BaseOptions> = {},
  ): Promise<string | undefined> => {
    const transports = [webSocket({ url: crossbar.url, ca: crossbar.ca })];
    const wamp = new Client({ realm: crossbar.realm, transports, reconnect: false, ...options });
    try {
      wamp.connect();
      return (await whenSession(wamp)).details.authrole;
    } finally {
      await wamp.close();
    }
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-imitation-'));
    command = program(
      'crossbar',
      'unset NODE_V8_COVERAGE',
      `cd '${root}'`,
      `exec '${process.execPath}' ${FROM_SOURCE.join(' ')} spec/node/crossbar/imitation.ts "$@"`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    launched = [];
    before = folders();
  });
  afterEach(async () => {
    await Promise.all(launched.map((each) => each.close()));
  });

  it('says how to install it where it is not there, and leaves no folder behind', async () => {
    await expectAsync(launchCrossbar({ command: join(folder, 'nowhere') })).toBeRejectedWithError(
      /^launchCrossbar: there is no program '.*nowhere'\. .*pip install crossbar.*command:/,
    );
    expect(folders()).toEqual(before);
  });

  it(
    'starts it with the plain configuration in a folder of its own, and ends both',
    async () => {
      const crossbar = await launch({});
      expect(crossbar.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/);
      expect(await joined(crossbar)).toBe('anonymous');
      const [, cbdir = ''] = /--cbdir (\S+)/.exec(crossbar.output) ?? [];
      expect(crossbar.output).toContain('start --cbdir');
      expect(existsSync(join(cbdir, 'config.json'))).toBeTrue();
      expect(runs(crossbar.pid)).toBeTrue();
      const closing = crossbar.close();
      expect(crossbar.close()).toBe(closing);
      await closing;
      expect(runs(crossbar.pid)).toBeFalse();
      expect(existsSync(cbdir)).toBeFalse();
    },
    LONG,
  );

  it(
    'serves TLS with a certificate that is given out as ca',
    async () => {
      const crossbar = await launch({ config: 'tls', realm: 'com.app' });
      expect(crossbar.url).toMatch(/^wss:/);
      expect(await joined(crossbar)).toBe('anonymous');
    },
    LONG,
  );

  it(
    'lets in with authentication who is among its users',
    async () => {
      const crossbar = await launch({ config: 'auth', users: { ann: 'tea' } });
      expect(await joined(crossbar, { auth: [ticket({ authid: 'ann', ticket: 'tea' })] })).toBe('user');
      await expectAsync(joined(crossbar)).toBeRejectedWithError(/'failed'.*no_matching_auth_method|'failed'.*auth/);
      expect(crossbar.users.map(({ authid, secret }) => [authid, secret])).toEqual([['ann', 'tea']]);
    },
    LONG,
  );

  it(
    'takes a configuration of one’s own, as a function of the free port',
    async () => {
      const crossbar = await launch({ config: (place) => crossbarConfig('plain', { ...place, realm: 'mine' }) });
      expect(await joined(crossbar, { realm: 'mine' })).toBe('anonymous');
    },
    LONG,
  );

  it('rejects with its last words where it does not start', async () => {
    const failing = program('failing', 'echo no such option', 'exit 3');
    await expectAsync(launchCrossbar({ command: failing })).toBeRejectedWithError(
      /failing did not start: it ended with exit code 3\nno such option$/,
    );
    expect(folders()).toEqual(before);
  });

  it('ends it, and what it started, where it is not ready in time', async () => {
    // what it started holds on to the output: as long as that lives, nothing is over
    const slow = program('slow', 'sleep 600 &', 'echo $$', 'exec sleep 600');
    const error: unknown = await launchCrossbar({ command: slow, timeout: 300 }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('it was not ready after 300 ms');
    const [, pid = ''] = /(\d+)$/.exec(String(error)) ?? [];
    expect(Number(pid)).toBeGreaterThan(1);
    expect(runs(Number(pid))).toBeFalse();
    expect(folders()).toEqual(before);
  });

  it('refuses options that cannot be right before it starts anything', async () => {
    await expectAsync(launchCrossbar({ config: 'ipv6' as never })).toBeRejectedWithError(
      TypeError,
      /config must be 'plain'/,
    );
    await expectAsync(launchCrossbar({ port: 1 } as never)).toBeRejectedWithError(TypeError, /unknown option 'port'/);
    await expectAsync(launchCrossbar({ config: { version: 2 } })).toBeRejectedWithError(TypeError, /give its url/);
    expect(folders()).toEqual(before);
  });

  it('finds the WebSocket of a configuration', () => {
    const place = { port: 81, folder: '/tmp', realm: 'realm1', users: [crossbarUser('joe', 'secret')] };
    expect(webSocketUrl(crossbarConfig('plain', place))).toBe('ws://127.0.0.1:81/ws');
    expect(webSocketUrl(crossbarConfig('tls', place))).toBe('wss://127.0.0.1:81/ws');
    const transports = [
      { type: 'rawsocket', endpoint: { type: 'unix', path: 'a.sock' } },
      { type: 'web', endpoint: { port: 82 }, paths: { '/': { type: 'static' } } },
      { type: 'websocket', endpoint: { port: 83 } },
    ];
    expect(webSocketUrl({ workers: [{ transports }] })).toBe('ws://127.0.0.1:83/');
    expect(webSocketUrl({ workers: [{}, 7] })).toBeUndefined();
  });
});

describe('testCertificate', () => {
  it('makes a certificate for this machine that a client of a served router trusts', async () => {
    const { key, cert } = await testCertificate();
    const router = createTestRouter();
    const served = await serveRouter(router, { tls: { key, cert } });
    const wamp = new Client({ realm: 'realm1', transports: [webSocket({ url: served.url, ca: cert })] });
    expect((await firstValueFrom(wamp.session$)).id).toBe(router.sessions[0]!.id);
    await wamp.close();
    await served.close();
    await router.close();
  });

  it('holds the names and the time asked for', async () => {
    const names = ['router.test', '10.1.2.3'];
    const certificate = new X509Certificate((await testCertificate({ names, days: 2 })).cert);
    expect(certificate.subject).toBe('CN=router.test');
    expect(certificate.subjectAltName).toBe('DNS:router.test, IP Address:10.1.2.3');
    expect(certificate.ca).toBeTrue();
    expect(certificate.verify(certificate.publicKey)).toBeTrue();
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(1.9);
    expect(days).toBeLessThan(2.1);
    await expectAsync(testCertificate({ names: ['::1'] })).toBeRejectedWithError(TypeError, /IPv4/);
  });

  it('is signed by another one where that was asked for, with keys and hashes of any kind', async () => {
    for (const keyType of ['rsa', 'ec'] as const) {
      const issuer = await testCertificate({ names: ['ca.test'], keyType, days: 2 });
      for (const hash of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
        const { key, cert } = await testCertificate({ names: ['router.test'], keyType: 'ec', hash, issuer });
        const certificate = new X509Certificate(cert);
        const authority = new X509Certificate(issuer.cert);
        expect([certificate.subject, certificate.issuer, certificate.ca]).toEqual([
          'CN=router.test',
          'CN=ca.test',
          false,
        ]);
        expect(certificate.checkIssued(authority)).toBeTrue();
        expect(certificate.verify(authority.publicKey)).toBeTrue();
        expect(certificate.checkPrivateKey(createPrivateKey(key))).toBeTrue();
      }
    }
  });

  it('writes long lengths as they must be', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `host${i}.router.test`);
    const certificate = new X509Certificate((await testCertificate({ names })).cert);
    expect(certificate.subjectAltName?.split(', ').length).toBe(40);
  });
});
