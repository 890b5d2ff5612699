// The in-process router as a program: argument 1 is its settings as JSON. Prints READY when it listens.
import { createTestRouter, ticket } from '../../../src/testing/index.ts';
import { serveRouter } from '../../../src/testing/node.ts';
import { JOE, KEPT } from './router.ts';

interface Settings {
  readonly ws: number;
  readonly wss: number;
  readonly tcp: number;
  readonly unix: string;
  readonly tls: { readonly key: string; readonly cert: string };
}

const { ws, wss, tcp, unix, tls } = JSON.parse(process.argv[2] ?? '{}') as Settings;
const router = createTestRouter({
  realms: {
    realm1: { history: [{ topic: KEPT, limit: 100 }] },
    secure: { auth: [ticket({ [JOE.authid]: JOE.secret })] },
  },
});
const served = [
  await serveRouter(router, { port: ws, rawSocket: { port: tcp } }),
  await serveRouter(router, { port: wss, tls }),
  await serveRouter(router, { port: 0, rawSocket: { path: unix } }),
];
process.stdout.write('READY\n');
process.once('SIGTERM', () => {
  void router
    .close()
    .then(() => Promise.all(served.map((each) => each.close())))
    .then(() => process.exit(0));
});
