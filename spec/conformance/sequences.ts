// Plays a sequence of messages between sessions and a router: our router in this process, over our frames.
import { CLIENT_FEATURES } from '../../src/protocol/features.ts';
import { isId } from '../../src/protocol/ids.ts';
import { EVENT, type Message } from '../../src/protocol/messages.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { same, shown, type SequenceVector } from './vectors.ts';

/** The messages in the suite's words: code and fields in order; `*` is a payload. */
const LAYOUTS: Readonly<Record<string, readonly [code: number, fields: string]>> = {
  ABORT: [3, 'details reason *'],
  GOODBYE: [6, 'details reason'],
  ERROR: [8, 'request_type request_id details error *'],
  PUBLISH: [16, 'request_id options topic *'],
  PUBLISHED: [17, 'request_id publication_id'],
  SUBSCRIBE: [32, 'request_id options topic'],
  SUBSCRIBED: [33, 'request_id subscription_id'],
  UNSUBSCRIBE: [34, 'request_id subscription_id'],
  UNSUBSCRIBED: [35, 'request_id'],
  EVENT: [36, 'subscription_id publication_id details *'],
  CALL: [48, 'request_id options procedure *'],
  CANCEL: [49, 'request_id options'],
  RESULT: [50, 'request_id details *'],
  REGISTER: [64, 'request_id options procedure'],
  REGISTERED: [65, 'request_id registration_id'],
  UNREGISTER: [66, 'request_id registration_id'],
  UNREGISTERED: [67, 'request_id'],
  INVOCATION: [68, 'request_id registration_id details *'],
  INTERRUPT: [69, 'request_id options'],
  YIELD: [70, 'request_id options *'],
};
/** Whose request id is the next of the session that sends them. */
const REQUESTS = ['PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE', 'CALL', 'REGISTER', 'UNREGISTER'];
/** Whose request id is one of the router's. */
const INVOCATIONS = ['INVOCATION', 'INTERRUPT', 'YIELD'];

/** A session of the sequence. */
class Peer {
  readonly name: string;
  readonly seen: Message[] = [];
  unread = 0;
  request = 0;
  #channel: Channel | undefined;

  constructor(name: string, router: TestRouter, serializer: Serializer) {
    this.name = name;
    router
      .transport({ serializer })
      .open()
      .subscribe((channel) => {
        this.#channel = channel;
        channel.incoming.subscribe({ next: (message) => this.seen.push(message as Message), error: () => undefined });
      });
    router.flush();
  }

  send(message: readonly unknown[]): void {
    this.#channel?.send(message as unknown as Message);
  }

  next(): Message | undefined {
    return this.seen[this.unread++];
  }
}

/** Plays a sequence; returns what was not as it should be. The ids in it stand for those that come up. */
export function playSequence(
  { sessions, sequence, expected_outcome }: SequenceVector,
  serializer: Serializer,
): string[] {
  const problems: string[] = [];
  const router = createTestRouter({ delivery: 'flush' });
  const ids = new Map<string, number>();
  const peers = new Map(
    sessions.map(({ session_id: name, realm = 'realm1', roles = Object.keys(CLIENT_FEATURES) }) => {
      const peer = new Peer(name, router, serializer);
      const known = Object.fromEntries(roles.map((role) => [role, CLIENT_FEATURES[role] ?? {}]));
      peer.send([1, realm, { roles: known }]);
      router.flush();
      if (peer.next()?.[0] !== 2) problems.push(`${name} was not let in: ${shown(peer.seen)}`);
      return [name, peer];
    }),
  );

  /** Under which name an id is remembered: request ids are each session's own, and so are those of invocations. */
  const keyOf = (peer: Peer, type: string, field: string, message: Readonly<Dict>): string => {
    const invoked = INVOCATIONS.includes(type) || (type === 'ERROR' && message['request_type'] === 68);
    const scope = field === 'request_id' ? `${peer.name} ${invoked ? 'invocation' : 'request'}` : field;
    return `${scope} ${String(message[field])}`;
  };

  const sent = (peer: Peer, type: string, message: Readonly<Dict>, layout: string[]): unknown[] =>
    layout.flatMap((field) => {
      if (field === '*') return payload(message);
      if (!field.endsWith('_id')) return [message[field] ?? (/options|details/.test(field) ? {} : undefined)];
      const key = keyOf(peer, type, field, message);
      if (field === 'request_id' && REQUESTS.includes(type) && !ids.has(key)) ids.set(key, ++peer.request);
      return [ids.get(key) ?? message[field]];
    });

  const received = (peer: Peer, type: string, message: Readonly<Dict>, actual: Message, layout: string[]): string[] =>
    layout.flatMap((field, i) => {
      const value: unknown = actual[i + 1];
      if (field === '*') {
        const came = [actual[i + 1] ?? [], actual[i + 2] ?? {}];
        const due = [message['args'] ?? [], message['kwargs'] ?? {}];
        return same(came, due) ? [] : [`payload ${shown(came)}, not ${shown(due)}`];
      }
      const expected = message[field];
      if (expected === undefined) return [];
      if (field.endsWith('_id')) {
        const key = keyOf(peer, type, field, message);
        if (!isId(value)) return [`${field} is ${shown(value)}`];
        const known = ids.get(key);
        ids.set(key, known ?? value);
        return known === undefined || known === value ? [] : [`${field} is ${value}, not ${known}`];
      }
      const fits = /options|details/.test(field) ? within(expected as Dict, value as Dict) : same(value, expected);
      return fits ? [] : [`${field} is ${shown(value)}, not ${shown(expected)}`];
    });

  for (const { step, from, to, message } of sequence) {
    const fail = (why: string): void => void problems.push(`step ${step}: ${why}`);
    const type = String(message['type']);
    const peer = peers.get(from === 'router' ? to : from);
    const [code, fields] = LAYOUTS[type] ?? [];
    if (!peer || code === undefined || fields === undefined) {
      fail(`${type} from ${from} to ${to} cannot be played`);
      continue;
    }
    if (from !== 'router') {
      peer.send([code, ...sent(peer, type, message, fields.split(' '))]);
      router.flush();
      continue;
    }
    const actual = peer.next();
    if (actual?.[0] !== code) fail(`${type} must come, it is ${shown(actual)}`);
    else received(peer, type, message, actual, fields.split(' ')).forEach(fail);
  }
  problems.push(...wrongOutcome(expected_outcome ?? {}, [...peers.values()]));
  router.dropAll();
  router.flush();
  return problems;
}

function payload({ args, kwargs }: Readonly<Dict>): unknown[] {
  if (kwargs !== undefined && kwargs !== null) return [args ?? [], kwargs];
  return args === undefined || args === null ? [] : [args];
}

const within = (expected: Dict, actual: Dict): boolean =>
  Object.entries(expected).every(([key, value]) => same(actual[key], value));

function wrongOutcome(expected: Readonly<Dict>, peers: readonly Peer[]): string[] {
  const events = (peer: Peer): number => peer.seen.filter(([type]) => type === EVENT).length;
  return Object.entries(expected).flatMap(([name, value]) => {
    const recipient = peers.find((peer) => name === `${peer.name}_receives_event`);
    let actual: unknown;
    if (recipient) actual = events(recipient) > 0;
    else if (name === 'event_count') actual = peers.reduce((sum, peer) => sum + events(peer), 0);
    else if (name === 'event_recipients') actual = peers.filter((peer) => events(peer) > 0).map((peer) => peer.name);
    else if (name === 'reason') return [];
    else return [`the outcome ${name} is unknown to this runner`];
    const wanted = Array.isArray(value) ? [...(value as string[])].sort() : value;
    const found = Array.isArray(actual) ? [...(actual as string[])].sort() : actual;
    return same(found, wanted) ? [] : [`${name} must be ${shown(value)}, it is ${shown(actual)}`];
  });
}
