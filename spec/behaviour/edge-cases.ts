// Forty situations that clients get wrong, by the numbers under which this repository knows them, and the specs that
// show what happens here: file, then the texts of describe() and it() as they stand in it. spec/node/edge-cases.spec.ts
// sees to it that each of them is there.

/** A spec: its file below spec/, its describe(), and its it(); without the last, all of the describe(). */
export type Place = readonly [file: string, describe: string, it?: string];

/** A situation and the specs that show it. */
export interface EdgeCase {
  readonly number: number;
  readonly title: string;
  readonly specs: readonly Place[];
}

const OPEN = 'behaviour/races-open-session.spec.ts';
const LINKS = 'behaviour/connection-races.spec.ts';
const HERE = 'behaviour/edge-cases.spec.ts';
const CONNECTION = 'races of the connection';
const KNOWN = 'with crypto.subtle';
const ROUTERS = 'edge cases against routers of every dialect';

const edge = (number: number, title: string, ...specs: Place[]): EdgeCase => ({ number, title, specs });
/** One whose specs are those of one describe() in the file of races. */
const race = (number: number, title: string, heading: string, ...more: Place[]): EdgeCase =>
  edge(number, title, [OPEN, `race ${String(number).padStart(2, '0')}: ${heading}`], ...more);

/** The forty. */
export const EDGE_CASES: readonly EdgeCase[] = [
  race(1, 'EVENT directly behind SUBSCRIBED', 'EVENT directly behind SUBSCRIBED'),
  race(
    2,
    'a retained EVENT directly behind SUBSCRIBED is not taken for a live one',
    'a retained EVENT directly behind SUBSCRIBED',
    [
      HERE,
      ROUTERS,
      'edge case 2: a retained event comes marked and with its topic, though the router names none (${name})',
    ],
  ),
  race(3, 'EVENT while UNSUBSCRIBE is pending, and after it', 'EVENT while UNSUBSCRIBE is pending, and after it'),
  race(4, 'two local subscribers on one topic and match', 'two local subscribers on one topic and match'),
  race(
    5,
    'churn on one topic or procedure; a router that still holds the dead session',
    'churn',
    [
      HERE,
      ROUTERS,
      'edge case 5: a second REGISTER of a shared procedure is refused here, whatever the router would do (${name})',
    ],
    [LINKS, CONNECTION, 'race 5: a REGISTER that meets our own ghost is repeated until it goes, and no stream ends'],
    [
      'behaviour/connection-healing.spec.ts',
      'healing: a router that still holds the dead session',
      'race 5: after ghost(5000) REGISTER meets procedure_already_exists, and heals with the backoff',
    ],
  ),
  race(6, 'one topic with different matches', 'one topic with different matches'),
  race(7, 'a pattern subscription must tell the topic', 'events of a pattern', [
    'session/events.spec.ts',
    'details',
    'topic and procedure are those that the router names, else those asked for',
  ]),
  race(8, 'a publisher and its own event; exclude_me: false is not lost', 'a publisher and its own event'),
  race(9, 'an unacknowledged PUBLISH keeps nothing and never fails', 'unacknowledged PUBLISH', [
    'behaviour/connection.spec.ts',
    'connection: idleTimeout',
    'counts from the last use, an unanswered publication included',
  ]),
  race(10, 'PUBLISHED and the own EVENT come in any order', 'PUBLISHED and the own event'),
  race(11, 'RESULT or ERROR after a local cancel', 'RESULT or ERROR after a local cancel'),
  race(12, 'CANCEL kill may still end with a RESULT: it has been settled here', 'CANCEL kill that ends with a RESULT', [
    HERE,
    ROUTERS,
    'edge case 12: after CANCEL kill the router may answer as it likes (${name})',
  ]),
  race(13, 'CANCEL skip that is never answered', 'CANCEL skip that is never answered', [
    HERE,
    ROUTERS,
    'edge case 13: CANCEL skip leaves the callee alone, and whether or not the router answers, no call waits (${name})',
  ]),
  race(14, 'ERROR for a CANCEL carries type 48 and the id of the CALL', 'ERROR for a CANCEL'),
  race(15, 'cancel after completion, or twice', 'cancel after completion, or twice'),
  race(16, 'INTERRUPT for an unknown or finished invocation', 'INTERRUPT for an unknown or finished invocation', [
    HERE,
    ROUTERS,
    'edge case 16: INTERRUPT that answers late progress stops the handler and harms nothing (${name})',
  ]),
  race(17, 'INTERRUPT without a mode counts as kill', 'INTERRUPT without a mode', [
    HERE,
    ROUTERS,
    'edge case 17: INTERRUPT without a mode, of a CANCEL without one, is answered once (${name})',
  ]),
  race(18, 'INTERRUPT killnowait is not answered', 'INTERRUPT killnowait'),
  race(19, 'a handler that ignores the abort signal', 'a handler that ignores the abort signal'),
  race(20, 'more than one answer to an invocation', 'more than one answer to an invocation'),
  edge(21, 'progress of an invocation of an earlier session', [
    LINKS,
    CONNECTION,
    'race 21: progress of an invocation of an earlier session goes nowhere, though its id is in use again',
  ]),
  race(22, 'unrequested progress', 'unrequested progress'),
  race(23, 'a progressive RESULT is not the final one', 'a progressive RESULT'),
  race(24, 'a repeated INVOCATION id is a continuation, or ignored', 'a repeated INVOCATION id', [
    HERE,
    ROUTERS,
    'edge case 24: progress: false with an INVOCATION is no continuation to come (${name})',
  ]),
  race(25, 'ids of invocations are not 1, 2, 3 …', 'ids of invocations'),
  race(26, 'INVOCATION after UNREGISTER, or for an unknown registration', 'INVOCATION after UNREGISTER'),
  race(27, 'UNSUBSCRIBED and UNREGISTERED with request 0', 'UNSUBSCRIBED and UNREGISTERED with request 0'),
  race(
    28,
    'ERROR for UNSUBSCRIBE or UNREGISTER after a revocation',
    'ERROR for UNSUBSCRIBE or UNREGISTER after a revocation',
    [HERE, ROUTERS, 'edge case 28: a revocation that crosses our UNSUBSCRIBE and UNREGISTER is no failure (${name})'],
  ),
  race(29, 'a second WELCOME, a late CHALLENGE', 'what must not come in a session', [
    LINKS,
    CONNECTION,
    'race 29: ${name} ends the session with ABORT, and initialises nothing anew',
  ]),
  edge(30, 'ABORT after WELCOME', [
    LINKS,
    CONNECTION,
    'race 30: ABORT after WELCOME fails everything with its reason, and gets no answer',
  ]),
  edge(
    31,
    'simultaneous GOODBYE, and GOODBYE with any reason',
    [LINKS, CONNECTION, 'race 31: simultaneous GOODBYE: an answer is not answered, what comes in between is ignored'],
    [LINKS, CONNECTION, 'race 31: whatever the reason of the reply, the farewell is complete'],
    [HERE, ROUTERS, 'edge case 31: the farewell is over with the answer of the router, whatever its reason (${name})'],
  ),
  edge(
    32,
    'a transport that ends without GOODBYE',
    [LINKS, CONNECTION, 'race 32: a transport that ends without GOODBYE fails what is pending exactly once'],
    [LINKS, CONNECTION, 'race 32: an orderly end without GOODBYE is a loss as well'],
    [LINKS, CONNECTION, 'race 32: a transport that ends right after our GOODBYE is a clean end'],
    [
      LINKS,
      CONNECTION,
      'race 32: arguments that end on a link that is down already, and not yet reported, fail their call alone',
    ],
  ),
  edge(
    33,
    'request ids begin at 1 in each session, in one sequence for all requests, and wrap after 2^53',
    [
      LINKS,
      CONNECTION,
      'race 33: request ids begin at 1 in each session, one counter for all verbs, and old answers match nothing new',
    ],
    [
      LINKS,
      CONNECTION,
      'race 33: a loss within the answer to a request does not let the old session speak into the new one',
    ],
    [
      'session/dispatch.spec.ts',
      'request ids',
      'are one sequence for all six kinds of request; answers and cancels take none',
    ],
    ['protocol/ids.spec.ts', 'ids', 'count up by one and wrap after 2^53'],
  ),
  race(34, 'a request that cannot be written leaves no gap in the ids', 'a request that cannot be written', [
    'node/router.rawsocket.spec.ts',
    'keeps to limits',
    'a callee answers with payload_size_exceeded where its result is longer than the router takes',
  ]),
  race(35, 'a reply of the wrong type', 'a reply of the wrong type'),
  race(
    36,
    'payloads that are missing, empty, null or one binary',
    'payloads that are missing, empty or null',
    [HERE, ROUTERS, 'edge case 36: keyword values alone arrive as such, be it behind null (${name})'],
    ['session/events.spec.ts', 'what arrives', 'takes a binary for one positional value'],
  ),
  race(
    37,
    'ids above 2^32, 2^53 itself, and integers beyond',
    'large ids',
    ['serializers/binary.spec.ts', 'cbor', 'reads integers exactly, in whatever width'],
    ['serializers/binary.spec.ts', 'msgpack', 'reads integers exactly, in whatever width'],
    [
      'serializers/rules.spec.ts',
      'all serializers',
      'return integers of 64 bits exactly, as number up to 2^53 and as bigint beyond (JSON: where exact)',
    ],
  ),
  race(38, 'dictionaries of features and options that lack, exceed or err', 'dictionaries that lack, exceed or err', [
    'protocol/features.spec.ts',
    'supports',
    'is false, and never throws, where anything on the way is missing or odd',
  ]),
  race(
    39,
    'challenges: signed as they came, in the right dialect, for offered methods alone, answered in time',
    'challenges',
    [
      'auth/authenticator.spec.ts',
      'authenticators',
      'are not asked for a method that was not offered: the client aborts',
    ],
    ['auth/wampcra.spec.ts', 'wampcra', 'signs the text of the challenge as it came, and counts nothing else'],
    ['auth/wampcra.spec.ts', 'wampcra', 'drops the question when the link closes before the answer'],
    // the salt is text, and so is the derived key
    ['auth/vectors.spec.ts', KNOWN, 'WAMP-CRA: salted, where the key is the text of the derived one'],
    // with a name that must be escaped, from Argon2id, in both dialects
    ['auth/vectors.spec.ts', KNOWN, 'SCRAM: ${known.name}'],
    ['auth/scram.spec.ts', 'scram', 'joins by PBKDF2 and by Argon2id, in the dialect ${dialect}'],
    ['auth/scram.spec.ts', 'scram', 'joins with names and passwords that must be escaped or normalised'],
    ['auth/scram.spec.ts', 'scram', 'knows its own dialect alone'],
    ['auth/scram.spec.ts', 'scram', 'drops the question when the client is closed before the answer'],
  ),
  edge(
    40,
    'asynchronous steps in the way of messages keep their order',
    [LINKS, CONNECTION, 'race 40: over a channel that sends and receives late, messages keep their order'],
    ['session/publication.spec.ts', 'publish', 'serialises at once: what changes later is not sent'],
  ),
];
