import { ATTRIBUTES } from './attributes.ts';
import { COUNT, DICT, ID, isDict, LIST, REALM, STRING, type Kind } from './kinds.ts';
import {
  HELLO,
  WELCOME,
  ABORT,
  CHALLENGE,
  AUTHENTICATE,
  GOODBYE,
  ERROR,
  PUBLISH,
  PUBLISHED,
  SUBSCRIBE,
  SUBSCRIBED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  EVENT,
  CALL,
  CANCEL,
  RESULT,
  REGISTER,
  REGISTERED,
  UNREGISTER,
  UNREGISTERED,
  INVOCATION,
  INTERRUPT,
  YIELD,
  EVENT_RECEIVED,
} from './codes.ts';
import { ProtocolError } from './errors.ts';
import { kindOf } from './kind-of.ts';
import { isId, type Id } from './ids.ts';
import type { Args, Dict } from './payload.ts';
import type { Uri } from './uris.ts';

export * from './codes.ts';

interface Field {
  readonly name: string;
  readonly kind: Kind;
}

interface Row<T> {
  readonly name: string;
  /** The elements behind the code. */
  readonly fields: readonly Field[];
  /** How many of them must be there. */
  readonly required: number;
  /** Whether an argument list and a keyword dictionary may follow. */
  readonly payload: boolean;
  /** Never set: carries the tuple's type. */
  readonly type?: T;
}

/** A dictionary whose known keys are checked, too: an attribute means the same wherever it stands. */
const DETAILS: Kind = { ...DICT };
const KINDS: Readonly<Record<string, Kind>> = { i: ID, n: COUNT, s: STRING, r: REALM, d: DETAILS, x: DICT };

/**
 * A row of the table. `layout` reads `EVENT subscription:i …`: the name, then each field with its kind (`i` id, `n`
 * count, `s` string, `r` realm, `d` dictionary of attributes, `x` free dictionary), `?` where it may be missing; `*` at
 * the end is a payload.
 */
function row<T extends readonly unknown[]>(layout: string): Row<T> {
  const [name = '', ...elements] = layout.split(' ');
  const payload = elements.at(-1) === '*';
  if (payload) elements.pop();
  return {
    name,
    fields: elements.map((element) => ({
      name: element.replace(/:.*/, ''),
      kind: KINDS[element.replace(/.*:|\?/g, '')] as Kind,
    })),
    required: elements.filter((element) => !element.endsWith('?')).length,
    payload,
  };
}

/** What routers send: all that a client reads. */
const INCOMING = {
  [WELCOME]: row<readonly [type: 2, session: Id, details: Dict]>('WELCOME session:i details:d'),
  [ABORT]:
    row<readonly [type: 3, details: Dict, reason: Uri, args?: Args, kwargs?: Dict]>('ABORT details:d reason:s *'),
  [CHALLENGE]: row<readonly [type: 4, method: string, extra: Dict]>('CHALLENGE method:s extra:x'),
  [GOODBYE]: row<readonly [type: 6, details: Dict, reason: Uri]>('GOODBYE details:d reason:s'),
  [ERROR]: row<
    readonly [type: 8, requestType: number, request: Id, details: Dict, error: Uri, args?: Args, kwargs?: Dict]
  >('ERROR requestType:n request:i details:d error:s *'),
  [PUBLISHED]: row<readonly [type: 17, request: Id, publication: Id]>('PUBLISHED request:i publication:i'),
  [SUBSCRIBED]: row<readonly [type: 33, request: Id, subscription: Id]>('SUBSCRIBED request:i subscription:i'),
  // a reply's request id is 0 where the router revokes unasked
  [UNSUBSCRIBED]: row<readonly [type: 35, request: Id | 0, details?: Dict]>('UNSUBSCRIBED request:n details:d?'),
  [EVENT]: row<readonly [type: 36, subscription: Id, publication: Id, details: Dict, args?: Args, kwargs?: Dict]>(
    'EVENT subscription:i publication:i details:d *',
  ),
  [RESULT]:
    row<readonly [type: 50, request: Id, details: Dict, args?: Args, kwargs?: Dict]>('RESULT request:i details:d *'),
  [REGISTERED]: row<readonly [type: 65, request: Id, registration: Id]>('REGISTERED request:i registration:i'),
  [UNREGISTERED]: row<readonly [type: 67, request: Id | 0, details?: Dict]>('UNREGISTERED request:n details:d?'),
  [INVOCATION]: row<readonly [type: 68, request: Id, registration: Id, details: Dict, args?: Args, kwargs?: Dict]>(
    'INVOCATION request:i registration:i details:d *',
  ),
  [INTERRUPT]: row<readonly [type: 69, request: Id, options: Dict]>('INTERRUPT request:i options:d'),
};

/**
 * The one table of messages: code → name, fields in the order of the wire with what each must be, and the type of the
 * decoded array. Types, checks and descriptions all derive from it. Made in a function, so that a program which reads
 * only what routers send need not carry the rest.
 */
const SHAPES = /* @__PURE__ */ (() => ({
  ...INCOMING,
  [HELLO]: row<readonly [type: 1, realm: Uri | null, details: Dict]>('HELLO realm:r details:d'),
  [AUTHENTICATE]: row<readonly [type: 5, signature: string, extra: Dict]>('AUTHENTICATE signature:s extra:x'),
  [PUBLISH]: row<readonly [type: 16, request: Id, options: Dict, topic: Uri, args?: Args, kwargs?: Dict]>(
    'PUBLISH request:i options:d topic:s *',
  ),
  [SUBSCRIBE]: row<readonly [type: 32, request: Id, options: Dict, topic: Uri]>(
    'SUBSCRIBE request:i options:d topic:s',
  ),
  [UNSUBSCRIBE]: row<readonly [type: 34, request: Id, subscription: Id, options?: Dict]>(
    'UNSUBSCRIBE request:i subscription:i options:d?',
  ),
  [CALL]: row<readonly [type: 48, request: Id, options: Dict, procedure: Uri, args?: Args, kwargs?: Dict]>(
    'CALL request:i options:d procedure:s *',
  ),
  [CANCEL]: row<readonly [type: 49, request: Id, options: Dict]>('CANCEL request:i options:d'),
  [REGISTER]: row<readonly [type: 64, request: Id, options: Dict, procedure: Uri]>(
    'REGISTER request:i options:d procedure:s',
  ),
  [UNREGISTER]: row<readonly [type: 66, request: Id, registration: Id, options?: Dict]>(
    'UNREGISTER request:i registration:i options:d?',
  ),
  [YIELD]:
    row<readonly [type: 70, request: Id, options: Dict, args?: Args, kwargs?: Dict]>('YIELD request:i options:d *'),
  [EVENT_RECEIVED]: row<readonly [type: 337, publication: Id]>('EVENT_RECEIVED publication:i'),
}))();

type Shapes = typeof SHAPES;

/** A message code that this library knows. */
export type MessageCode = keyof Shapes;
/** The decoded array of one kind of message, `MessageOf<36>` for EVENT. */
export type MessageOf<C extends MessageCode> = NonNullable<Shapes[C]['type']>;
/** Any WAMP message: the decoded array itself, narrowed by its first element. */
export type Message = { [C in MessageCode]: MessageOf<C> }[MessageCode];
/** The messages that end with a payload. */
export type PayloadMessage = MessageOf<3 | 8 | 16 | 36 | 48 | 50 | 68 | 70>;

type Table = Readonly<Record<number, Row<unknown> | undefined>>;

/** The name of a message code, `EVENT` for 36; the code itself where it is unknown. */
export const messageName = (code: number): string => (SHAPES as Table)[code]?.name ?? String(code);

/** The name of a message that came from a router. @internal */
export const incomingName = ([code]: Message): string => (INCOMING as Table)[code]?.name as string;

/**
 * Checks a decoded value against the table of messages and returns it as a message: the same array, in which a payload
 * or known attribute that is `null` was made absent. Unknown keys of dictionaries are let through.
 *
 * @throws ProtocolError that names the message, the field, what it must be and what it was
 */
export const parseMessage = (value: unknown): Message => parse(value, SHAPES, checkStrictly);

/**
 * As {@link parseMessage}, for what routers send, whose structure alone is checked: the codes of other messages count as
 * unknown, `null` or an empty list stands for an empty dictionary, a list and a dictionary may stand for each other in a
 * payload, and attributes are checked where they are read.
 *
 * @internal
 */
export const parseIncoming = (value: unknown): Message => parse(value, INCOMING);

function parse(
  value: unknown,
  shapes: Table,
  checkFirst?: (shape: Row<unknown>, message: readonly unknown[]) => void,
): Message {
  if (!Array.isArray(value)) throw new ProtocolError(`A message must be a list, got ${kindOf(value)}`);
  const message = value as unknown[];
  const code = message[0];
  // an object could not even be made a key: `[{ "toString": 1 }]`
  const shape = typeof code === 'number' ? shapes[code] : undefined;
  if (shape === undefined) {
    throw new ProtocolError(`A message must begin with a known message code, got ${kindOf(code)}`);
  }
  const { fields, payload } = shape;
  const count = message.length - 1;
  if (count < shape.required || count > fields.length + (payload ? 2 : 0)) {
    throw new ProtocolError(`${shape.name}: expected ${lengths(shape)} elements, got ${message.length}`);
  }
  checkFirst?.(shape, message);
  const checked = Math.min(count, fields.length);
  for (let i = 0; i < checked; i++) {
    const { name, kind } = fields[i] as Field;
    const field = message[i + 1];
    // the kinds that every message has are compared by name: a call through `test` cannot be inlined
    const fits = kind === ID ? isId(field) : kind === DETAILS ? isDict(field) : kind.test(field);
    if (!fits) {
      if (kind.test !== isDict || !isNothing(field)) refuse(shape, name, kind, field);
      message[i + 1] = {};
    }
  }
  if (payload && count > fields.length) checkPayload(shape, message, fields.length + 1);
  return message as unknown as Message;
}

/** What some peers write for an empty dictionary. */
const isNothing = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

/** What only {@link parseMessage} refuses: what stands for something else, and attributes of the wrong type. */
function checkStrictly(shape: Row<unknown>, message: readonly unknown[]): void {
  const { fields, payload } = shape;
  fields.slice(0, message.length - 1).forEach(({ name, kind }, i) => {
    const field = message[i + 1];
    if (!kind.test(field)) refuse(shape, name, kind, field);
    if (kind === DETAILS) checkAttributes(shape, name, field as Dict);
  });
  if (!payload) return;
  const [args, kwargs] = message.slice(fields.length + 1);
  if (isDict(args)) refuse(shape, 'args', LIST, args);
  if (Array.isArray(kwargs)) refuse(shape, 'kwargs', DICT, kwargs);
}

function checkAttributes(shape: Row<unknown>, field: string, values: Dict): void {
  for (const key in values) {
    const kind = ATTRIBUTES[key];
    if (kind === undefined || kind.test(values[key])) continue;
    // some peers write null for what they leave out
    if (values[key] === null) Reflect.deleteProperty(values, key);
    else refuse(shape, `${field}.${key}`, kind, values[key]);
  }
}

/**
 * Payload at the end of a message: `null` counts as absent, and a binary may stand for the list. Some peers (PHP) have one
 * kind of array for lists and dictionaries: of what came, each may stand for the other.
 */
function checkPayload(shape: Row<unknown>, message: unknown[], at: number): void {
  if (message.length > at + 1) {
    const kwargs = message[at + 1];
    if (isNothing(kwargs)) message.length = at + 1;
    else if (Array.isArray(kwargs)) message[at + 1] = Object.assign({}, kwargs);
    else if (!isDict(kwargs)) refuse(shape, 'kwargs', DICT, kwargs);
  }
  const args = message[at];
  if (args === null) {
    if (message.length === at + 1) message.length = at;
    else message[at] = [];
  } else if (isDict(args)) message[at] = Object.values(args);
  else if (!Array.isArray(args) && !(args instanceof Uint8Array)) refuse(shape, 'args', LIST, args);
}

function refuse(shape: Row<unknown>, field: string, kind: Kind, value: unknown): never {
  throw new ProtocolError(`${shape.name}.${field}: expected ${kind.expected}, got ${kindOf(value)}`);
}

function lengths({ fields, required, payload }: Row<unknown>): string {
  const most = fields.length + 1 + (payload ? 2 : 0);
  return required + 1 === most ? `${most}` : `${required + 1} to ${most}`;
}

/** A message as field name → value, for logs and checks: `{ type: 33, request: 1, subscription: 77 }`. */
export function describeMessage(message: Message): Dict {
  const out: Dict = { type: message[0] };
  const { fields, payload } = SHAPES[message[0]] as Row<unknown>;
  const names = payload ? [...fields.map(({ name }) => name), 'args', 'kwargs'] : fields.map(({ name }) => name);
  names.forEach((name, i) => {
    if (i + 1 < message.length) out[name] = message[i + 1];
  });
  return out;
}

/**
 * A message with its payload behind it, trimmed as the specification asks: no empty keyword dictionary, and no empty
 * list where nothing follows. `head` is used up.
 */
export function withPayload<T extends PayloadMessage>(head: unknown[], args?: Args, kwargs?: Readonly<Dict>): T {
  const named = kwargs !== undefined && hasKeys(kwargs);
  if (named) head.push(args ?? [], kwargs);
  else if (args !== undefined && args.length > 0) head.push(args);
  return head as unknown as T;
}

function hasKeys(dictionary: Readonly<Dict>): boolean {
  for (const key in dictionary) if (Object.hasOwn(dictionary, key)) return true;
  return false;
}
