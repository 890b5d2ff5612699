// Valid messages of every kind, about what a client has under way: what the mutations begin with.

const PAYLOAD = [
  'text',
  1.5,
  -7,
  2 ** 40,
  null,
  true,
  [1, [2, [3]]],
  { deep: { list: ['a', 'b'] } },
  new Uint8Array(20),
];
const NAMED = { unit: 'celsius', at: 1_700_000_000_000, flags: [true, false], none: null };
const ROLES = {
  broker: { features: { publisher_identification: true } },
  dealer: { features: { call_timeout: true } },
};

/** The last id, or one that fits nothing. */
const idOf = (ids, code) => (Number.isSafeInteger(ids[code]) ? ids[code] : 4711);

/**
 * What routers send in a session; the most frequent in life several times.
 *
 * @param seen the ids of the last messages, by their codes
 * @param confirmed the router's ids of subscription and registration, by the codes of the answers
 * @param procedure what the client serves
 */
export function messagesTo(seen, confirmed, procedure) {
  const [publish, subscribe, call, register] = [16, 32, 48, 64].map((code) => idOf(seen, code));
  const subscription = idOf(confirmed, 33);
  const registration = idOf(confirmed, 65);
  const invocation = idOf(seen, 68) + 1;
  return [
    [8, 48, call, {}, 'com.error', PAYLOAD, NAMED],
    [8, 16, publish, { x: 1 }, 'wamp.error.not_authorized'],
    [8, 32, subscribe, {}, 'wamp.error.invalid_uri', ['why']],
    [8, 64, register, {}, 'wamp.error.procedure_already_exists'],
    [17, publish, 5],
    [33, subscribe, subscription],
    [35, subscribe],
    [35, 0, { subscription, reason: 'com.revoked' }],
    [
      36,
      subscription,
      5,
      { publisher: 8, publisher_authid: 'joe', topic: 'chaos.topic', trustlevel: 3 },
      PAYLOAD,
      NAMED,
    ],
    [36, subscription, 6, { retained: true }, PAYLOAD],
    [36, subscription, 7, { ppt_scheme: 'wamp', ppt_serializer: 'native' }, [PAYLOAD]],
    [36, subscription, 8, {}],
    [50, call, { progress: true }, PAYLOAD, NAMED],
    [50, call, { callee: 4, callee_authid: 'x' }, PAYLOAD],
    [65, register, registration],
    [67, register],
    [67, 0, { registration, reason: 'com.revoked' }],
    [68, invocation, registration, { procedure, caller: 8, caller_authid: 'joe', timeout: 100 }, PAYLOAD, NAMED],
    [68, invocation, registration, { receive_progress: true, progress: true }, PAYLOAD],
    [68, invocation, registration, {}, [1]],
    [69, invocation - 1, { mode: 'kill', reason: 'wamp.error.canceled' }],
  ];
}

/** What ends a session, or never comes in one: handshake and farewell, and what clients send. */
export const SELDOM = [
  [2, 7, { roles: ROLES, authid: 'joe', authrole: 'user', authmethod: 'anonymous', authextra: { a: 1 } }],
  [3, { message: 'refused' }, 'wamp.error.not_authorized'],
  [4, 'ticket', { challenge: 'x' }],
  [6, { message: 'over' }, 'wamp.close.system_shutdown'],
  [1, 'realm1', { roles: {}, agent: 'x' }],
  [5, 'signature', {}],
  [16, 1, { acknowledge: true }, 'chaos.topic', PAYLOAD, NAMED],
  [32, 1, { match: 'prefix' }, 'chaos.'],
  [34, 1, 1],
  [48, 1, { timeout: 10 }, 'chaos.echo', PAYLOAD],
  [49, 1, { mode: 'kill' }],
  [64, 1, { invoke: 'roundrobin' }, 'chaos.echo'],
  [66, 1, 1],
  [70, 1, { progress: true }, PAYLOAD],
];
