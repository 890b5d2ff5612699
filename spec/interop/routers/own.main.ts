// The in-process router as a program: argument 1 is its settings as JSON. Prints READY when it listens.
import {
  acceptCookie,
  acceptCryptosign,
  acceptScram,
  acceptTicket,
  acceptTls,
  acceptWampCra,
} from '../../../src/router/index.ts';
import { createTestRouter } from '../../../src/testing/index.ts';
import { serveRouter } from '../../../src/router/node/index.ts';
import { COOKIE, JOE, KEEPING, KEPT } from './router.ts';

export interface Settings {
  readonly ws: number;
  readonly wss: number;
  readonly tcp: number;
  readonly rss: number;
  readonly mtls: number;
  readonly unix: string;
  readonly tls: { readonly key: string; readonly cert: string };
  /** The client certificates to trust. */
  readonly ca: string;
}

const { authid, secret, salt, iterations, publicKey } = JOE;
const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
const router = createTestRouter({
  realms: {
    realm1: {},
    [KEEPING]: { history: [{ topic: KEPT, limit: 100 }] },
    secure: {
      auth: [
        acceptTicket({ [authid]: secret }),
        acceptWampCra({ [authid]: secret, salty: { secret, salt, iterations } }),
        acceptScram({ [authid]: secret, argon: { password: secret, kdf: 'argon2id13' } }),
        acceptScram({ [authid]: secret }, { dialect: 'scram' }),
        acceptCryptosign({ [publicKey]: authid }),
        acceptCookie(({ link }) => (link.headers?.['cookie'] === COOKIE ? { authid } : undefined)),
        acceptTls(),
      ],
    },
  },
});
const secure = settings.tls;
const asking = { ...secure, requestCert: true, rejectUnauthorized: false, ca: settings.ca };
const served = [
  await serveRouter(router, { port: settings.ws, rawSocket: { port: settings.tcp }, longPoll: true }),
  await serveRouter(router, { port: settings.wss, tls: secure, rawSocket: { port: settings.rss } }),
  await serveRouter(router, { port: settings.mtls, tls: asking }),
  await serveRouter(router, { port: 0, rawSocket: { path: settings.unix } }),
];
process.stdout.write('READY\n');
process.once('SIGTERM', () => {
  void router
    .close()
    .then(() => Promise.all(served.map((each) => each.close())))
    .then(() => process.exit(0));
});
