// The router's process: one realm with three roles, that keeps the last minute of every topic.
import { parseArgs } from 'node:util';
import { acceptAnonymous, acceptTicket, createRouter } from 'rxwamp/router';
import { serveRouter } from 'rxwamp/router/node';
import { host } from './ports.mjs';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, realm: { type: 'string', default: 'realm1' } },
});

const tickets = {
  service: { ticket: process.env['SERVICE_TICKET'] ?? '', authrole: 'service' },
  operator: { ticket: 'open-sesame', authrole: 'operator' }, // no secret: the page has it, too
};

/** What anyone may do who opens the page. The longest pattern decides. */
const guest = /** @type {const} */ ([
  { uri: 'demo.', match: 'prefix', subscribe: true, call: true },
  { uri: 'demo.audit', subscribe: false },
  { uri: 'demo.note', subscribe: true, publish: true },
  { uri: 'demo.tab.', match: 'prefix', call: true, register: true },
  { uri: 'wamp.subscription.get_events', call: true },
  { uri: 'wamp.registration.', match: 'prefix', call: true, subscribe: true },
]);

const router = createRouter({
  realms: {
    [values.realm]: {
      auth: [acceptTicket(tickets), acceptAnonymous({ authrole: 'guest' })],
      roles: { guest, operator: true, service: true },
      disclosure: 'always',
      history: 1_600, // events of a topic: a minute of the fastest
    },
  },
});
const served = await serveRouter(router, { port: Number(values.port), host });
console.log(`serves ${values.realm} on ${served.url}`);
router.sessions$.subscribe((sessions) => {
  console.log(`sessions: ${sessions.map(({ authid, authrole }) => `${authid} (${authrole})`).join(', ') || 'none'}`);
});

async function stop() {
  await router.close();
  await served.close();
  process.exit();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
