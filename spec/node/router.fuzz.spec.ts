// Mutated messages of every kind against a served router: whatever a client sends, the others are served.
import { firstValueFrom } from 'rxjs';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Client } from '../../src/client/client.ts';
import { createRouter, type Router } from '../../src/router/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { Randomness } from '../../src/router/random.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { live, provided } from '../helpers/live.ts';
import { ROLES } from '../router/raw.ts';

const META = [
  ...['count', 'list', 'get', 'kill', 'kill_by_authid', 'kill_by_authrole', 'add_testament', 'flush_testaments'].map(
    (name) => `wamp.session.${name}`,
  ),
  ...['lookup', 'match', 'get', 'list_subscribers', 'remove_subscriber', 'get_events'].map(
    (name) => `wamp.subscription.${name}`,
  ),
  ...['lookup', 'match', 'get', 'list_callees', 'remove_callee'].map((name) => `wamp.registration.${name}`),
];

/** Messages of every kind that a client sends, as they should be. */
const seeds = (request: number, random: Randomness): readonly (readonly unknown[])[] => [
  [1, 'realm1', { roles: ROLES, authid: 'joe', authmethods: ['anonymous'], authextra: {} }],
  [3, { message: 'over' }, 'wamp.error.x'],
  [5, 'signature', {}],
  [6, {}, 'wamp.close.normal'],
  [8, 68, 1, {}, 'com.error', ['why'], { k: 1 }],
  [
    16,
    request,
    { acknowledge: true, retain: true, exclude_me: false, eligible: [1], exclude_authid: ['x'] },
    'com.a',
    [1],
  ],
  [16, request, { eligible_authrole: ['anonymous'], ppt_scheme: 'wamp' }, 'com.a', ['x'], { k: { deep: [1] } }],
  [32, request, { match: 'wildcard', get_retained: true }, 'com..a'],
  [32, request, { match: 'prefix' }, 'com.'],
  [34, request, 1],
  [48, request, { receive_progress: true, timeout: 10, disclose_me: true, progress: true }, 'com.a', [1], { k: 1 }],
  ...META.map((name) => [48, request, {}, name, [1, [], {}], { publish_options: { eligible: [1] }, reason: 'a.b' }]),
  [48, request, {}, 'wamp.session.add_testament', ['com.a', [], {}], { publish_options: { eligible: odd(random) } }],
  [49, request, { mode: 'kill' }],
  [64, request, { match: 'prefix', invoke: 'roundrobin', concurrency: 2, disclose_caller: true }, 'com.a'],
  [66, request, 1],
  [70, 1, { progress: true }, [1], { k: 1 }],
  [337, 1],
];
const ODD = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  1e300,
  '',
  'x',
  '..',
  '\0AA==',
  [],
  {},
  [null],
  { __proto__: null, a: [] },
];

/** Changes some part of a value, at any depth: another value, one part less, or one more. */
function mutated(value: unknown, random: Randomness): unknown {
  if (typeof value === 'object' && value !== null && random.below(5) > 0) {
    const entries: [string, unknown][] = Object.entries(value);
    const at = random.below(entries.length || 1);
    const part = entries[at];
    const change = random.below(6);
    if (part && change > 1) part[1] = mutated(part[1], random);
    else if (part && change === 1) entries.splice(at, 1);
    else entries.push([['match', 'toString', '__proto__', 'x_y', 'eligible'][random.below(5)]!, odd(random)]);
    return Array.isArray(value) ? entries.map(([, each]) => each) : (Object.fromEntries(entries) as unknown);
  }
  return odd(random);
}

const odd = (random: Randomness): unknown => ODD[random.below(ODD.length)];

describe('a served router', () => {
  let router: Router;
  let served: ServedRouter;
  beforeEach(async () => {
    router = createRouter({ realms: { realm1: { history: 10 } } });
    served = await serveRouter(router);
  });
  afterEach(async () => {
    await served.close();
    await router.close();
  });

  it('serves on after ten thousand mutated messages of every kind', async () => {
    const wamp = new Client({
      realm: 'realm1',
      transports: [webSocket({ url: served.url })],
      reconnect: { initialDelay: 1 },
    });
    await provided(wamp, 'org.bystander', ({ value }) => value);
    await live(wamp, 'com.', { match: 'prefix' });
    const random = new Randomness(7);
    const reasons = new Set<unknown>();
    let sent = 0;
    while (sent < 10_000) {
      const wild = new WebSocket(served.url, ['wamp.2.json']);
      wild.on('message', (data: Buffer) => {
        const [type, , reason] = JSON.parse(data.toString()) as unknown[];
        if (type === 3) reasons.add(reason);
      });
      const closed = once(wild, 'close');
      await once(wild, 'open');
      let request = 1;
      if (random.below(10) > 0) wild.send(JSON.stringify(seeds(0, random)[0]));
      for (let i = 0; i < 4; i++, sent++) {
        const kinds = seeds(request, random);
        const kind = kinds[random.below(kinds.length)]!;
        wild.send(JSON.stringify(random.below(3) === 0 ? kind : mutated(kind, random)));
        if (kind[1] === request) request++;
      }
      wild.close();
      await closed;
      if (sent % 1000 === 0) expect((await firstValueFrom(wamp.call('org.bystander', [sent]))).value).toBe(sent);
    }
    expect(reasons).not.toContain('wamp.error.runtime_error');
    expect(reasons).toContain('wamp.error.protocol_violation');
    expect(sent).toBeGreaterThanOrEqual(10_000);
    await wamp.close();
    await router.close();
    expect(router.sessions).toEqual([]);
  }, 60_000);
});
