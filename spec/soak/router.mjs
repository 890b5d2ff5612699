// The router, in a process of its own, which can be killed; runs commands. Started by faults.mjs.
import { createRouter } from '../../src/router/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';

const router = createRouter();
const { port } = await serveRouter(router, { port: Number(process.argv[2]) });
const reported = {
  port: () => port,
  /** What it holds; its own meta procedures belong to no session. */
  held: () => ({
    sessions: router.sessions.length,
    subscriptions: router.subscriptions.length,
    registrations: router.registrations.filter(({ sessions }) => sessions.length > 0).length,
  }),
};
process.on('message', ({ id, what, args = [] }) => {
  const value = reported[what] ? reported[what]() : router[what](...args);
  process.send({ id, value: value ?? null });
});
// ends with who started it
process.on('disconnect', () => process.exit(0));
process.send({ id: 0, value: port });
