// The faults: of the network, and of the router. Each is a function of the world and of its own randomness.

/** The reasons of GOODBYE. */
const GOODBYES = [
  'wamp.close.system_shutdown',
  'wamp.close.close_realm',
  'wamp.close.normal',
  'wamp.close.goodbye_and_out',
  'wamp.close.killed',
  'wamp.close.logout',
  'wamp.close.timeout',
  'com.app.maintenance',
];

/** The reasons of ABORT. */
const ABORTS = [
  ...['no_such_realm', 'no_such_role', 'no_such_principal', 'no_auth_method', 'no_matching_auth_method'],
  ...['authentication_denied', 'authentication_required', 'authentication_failed', 'not_authorized'],
  ...['authorization_denied', 'authorization_failed', 'protocol_violation', 'system_shutdown', 'unavailable'],
]
  .map((name) => `wamp.error.${name}`)
  .concat('com.app.busy');

const ABORT = 3;

/** What one client meets, or, now and then, all of them. */
const some = ({ proxies }, random) => (random.below(4) === 0 ? proxies : [random.pick(proxies)]);

/** Something that lasts a while. */
const lasting = (begin, end) => (world, random) => {
  const proxies = some(world, random);
  for (const proxy of proxies) begin(proxy, random);
  setTimeout(() => proxies.forEach(end), 50 + random.below(200));
};

const network = (fault) => (world, random) => some(world, random).forEach((proxy) => fault(proxy, random));

/** A session of some client. */
const someone = ({ router }, random) => random.pick(router().sessions)?.id ?? 0;

/** Name → how often in comparison, and how it is done. */
const TABLE = {
  'kill (FIN)': [3, network((proxy) => proxy.kill())],
  'reset (RST)': [3, network((proxy) => proxy.reset())],
  'stall both ways': [2, network((proxy) => proxy.stall())],
  'stall towards the router': [2, network((proxy) => proxy.stall({ down: false }))],
  'stall towards the client': [2, network((proxy) => proxy.stall({ up: false }))],
  'half-open': [2, network((proxy) => proxy.halfOpen())],
  'freeze for a while': [2, network((proxy, random) => proxy.freeze(random.below(400)))],
  truncate: [2, network((proxy) => proxy.truncate())],
  delay: [
    2,
    lasting(
      (proxy, random) => (proxy.delay = 1 + random.below(40)),
      (proxy) => (proxy.delay = 0),
    ),
  ],
  split: [
    2,
    lasting(
      (proxy) => (proxy.splits = true),
      (proxy) => (proxy.splits = false),
    ),
  ],
  'connections refused': [
    2,
    lasting(
      (proxy) => ((proxy.refuses = true), proxy.reset()),
      (proxy) => (proxy.refuses = false),
    ),
  ],
  'router restarts': [0.5, ({ restart }) => restart(true)],
  'router crashes': [0.5, ({ restart }) => restart(false)],
  'router refuses': [
    1,
    (world, random) => {
      world.router().refuse(1 + random.below(3));
      for (const proxy of some(world, random)) proxy.reset();
    },
  ],
  'router is busy': [
    1,
    ({ router }, random) => {
      const busy = router();
      busy.pause();
      setTimeout(() => busy.resume(), random.below(200));
    },
  ],
  'GOODBYE to all': [1, ({ router }, random) => router().goodbye(random.pick(GOODBYES))],
  'GOODBYE to one': [3, (world, random) => world.router().kill(someone(world, random), random.pick(GOODBYES))],
  'ABORT to HELLO': [
    2,
    (world, random) => {
      world.router().abort(random.pick(ABORTS), 1 + random.below(3));
      for (const proxy of some(world, random)) proxy.reset();
    },
  ],
  'ABORT in a session': [
    2,
    (world, random) =>
      world.router().sendRaw(someone(world, random), [ABORT, { message: 'chaos' }, random.pick(ABORTS)]),
  ],
  'links cut by the router': [0.5, ({ router }) => router().dropAll()],
  'router keeps ghosts': [1, ({ router }, random) => router().ghost(50 + random.below(400))],
};

export const NAMES = Object.keys(TABLE);
const WEIGHTS = Object.fromEntries(NAMES.map((name) => [name, TABLE[name][0]]));

/** The faults of a seed, without an end: names, each with the randomness of its own and the milliseconds after it. */
export function* plan(random) {
  for (;;) {
    const pause = random.below(random.pick([5, 80, 80, 80, 250]));
    yield { name: random.weighted(WEIGHTS), seed: random.below(2 ** 31), pause };
  }
}

export const inflict = (name, world, random) => TABLE[name][1](world, random);
