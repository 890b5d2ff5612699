// Who the command line is: every method, with secrets from files and the environment, against the test router.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cryptosignPublicKey } from '../../src/auth/cryptosign-key.ts';
import { acceptCookie, acceptCryptosign, acceptScram, acceptTicket, acceptWampCra } from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { ran } from '../helpers/console.ts';

const SEED = '01'.repeat(32);

describe('the identity of the command line', () => {
  let folder: string;
  let router: TestRouter;
  let served: ServedRouter;
  let pem: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-cli-'));
    const pair = generateKeyPairSync('ed25519');
    pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    const { x = '' } = pair.publicKey.export({ format: 'jwk' });
    router = createTestRouter({
      realms: {
        realm1: {
          auth: [
            acceptTicket({ joe: 'hush ticket' }),
            acceptWampCra({ joe: 'hush cra' }),
            acceptScram({ joe: 'hush scram' }),
            acceptCryptosign({
              [await cryptosignPublicKey(SEED)]: 'joe',
              [Buffer.from(x, 'base64url').toString('hex')]: 'jill',
            }),
            acceptCookie(({ link }) =>
              link.headers?.['cookie'] === 'key=hush cookie' ? { authid: 'joe' } : undefined,
            ),
          ],
        },
      },
    });
    served = await serveRouter(router);
  });
  afterAll(async () => {
    await served.close();
    await router.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    environment = process.env;
    process.env = { ...environment };
  });
  afterEach(() => {
    process.env = environment;
  });

  const file = (text: string): string => {
    const path = join(folder, 'secret');
    writeFileSync(path, text);
    return path;
  };
  /** Joins, and tells how. */
  const who = async (...args: string[]): Promise<readonly unknown[]> => {
    const { code, out, err } = await ran('meta', 'sessions', '--json', '--url', served.url, '--messages', ...args);
    expect(code).withContext(err).toBe(0);
    expect(err).not.toContain('hush');
    expect(err).not.toContain(SEED);
    const { authid, authmethod } = JSON.parse(out) as Record<string, unknown>;
    return [authid, authmethod];
  };

  it('is proven by a ticket', async () => {
    expect(await who('--authid', 'joe', '--ticket-file', file('hush ticket\n'))).toEqual(['joe', 'ticket']);
    process.env['RXWAMP_TICKET'] = 'hush ticket';
    process.env['RXWAMP_AUTHID'] = 'joe';
    expect(await who()).toEqual(['joe', 'ticket']);
  });

  it('is proven by WAMP-CRA, SCRAM and cryptosign', async () => {
    process.env['RXWAMP_AUTHID'] = 'joe';
    expect(await who('--secret-file', file('hush cra'))).toEqual(['joe', 'wampcra']);
    expect(await who('--password-file', file('hush scram'))).toEqual(['joe', jasmine.stringMatching('scram')]);
    expect(await who('--private-key-file', file(`${SEED}\n`))).toEqual(['joe', 'cryptosign']);
    expect(await who('--private-key-file', file(`user: joe\nprivate-key-ed25519: ${SEED}\n`))).toEqual([
      'joe',
      'cryptosign',
    ]);
    expect(await who('--authid', 'jill', '--private-key-file', file(pem))).toEqual(['jill', 'cryptosign']);
    process.env['RXWAMP_PRIVATE_KEY'] = SEED;
    expect(await who()).toEqual(['joe', 'cryptosign']);
  });

  it('is what the options say, whatever secrets are around', async () => {
    process.env['RXWAMP_TICKET'] = 'wrong';
    process.env['RXWAMP_SECRET'] = 'hush cra';
    expect(await who('--authid', 'joe', '--auth', 'wampcra')).toEqual(['joe', 'wampcra']);
    expect(await who('--authid', 'joe', '--private-key-file', file(SEED))).toEqual(['joe', 'cryptosign']);
  });

  it('is carried by a header of a file or the environment', async () => {
    expect(await who('--auth', 'cookie', '--header', `@${file('Cookie: key=hush cookie\n')}`)).toEqual([
      'joe',
      'cookie',
    ]);
    process.env['RXWAMP_HEADERS'] = 'X-Other: 1\nCookie: key=hush cookie';
    expect(await who('--auth', 'cookie')).toEqual(['joe', 'cookie']);
  });

  it('is refused with exit code 3, and a sentence without the secret', async () => {
    const { code, out, err } = await ran(
      ...['call', 'x', '--url', served.url, '--authid', 'joe', '--ticket-file', file('hush hush')],
    );
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^rxwamp: The router refused or ended the session: wamp\.error\.auth.*Check --auth, --authid/);
    expect(err).not.toContain('hush');
    for (const odd of ['hush', pem.replace(/[A-Z]/g, 'x'), `private-key-ed25519: hush`]) {
      const key = await ran('call', 'x', '--url', served.url, '--private-key-file', file(odd));
      expect(key.code).toBe(2);
      expect(key.err).toMatch(/^rxwamp: the private key is neither 64 hexadecimal digits nor an Ed25519 key in PEM/);
    }
  });
});
