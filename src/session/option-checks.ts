import { isObservable } from 'rxjs';
import {
  ANYTHING,
  BOOL,
  checkOptions,
  FUNCTION,
  ID,
  isDict,
  kind,
  listOf,
  mistaken,
  NUMBER,
  oneOf,
  POSITIVE,
  STRING,
  TEXT,
  type Kind,
  HOPS,
} from '../protocol/kinds.ts';
import { toWire } from '../protocol/names.ts';
import { NO_ARGS, NO_KWARGS, type Dict, type List } from '../protocol/payload.ts';
import { describeRequest, assertUri, type Match, type Uri } from '../protocol/uris.ts';
import type {
  CallArgs,
  CallOptions,
  CorrelationOptions,
  Payload,
  PublishOptions,
  RegisterOptions,
  ResultOptions,
  SubscribeOptions,
} from './options.ts';

/** What an option must be, and whether it stays on this side or is sent in another way. */
interface OptionKind extends Kind {
  readonly local?: boolean;
}

/** The one table of a verb's options: an option that its type has and the table lacks, or the other way round, does not compile. */
type OptionKinds<Options> = Readonly<Record<keyof Required<Options>, OptionKind>>;

/** A verb and its options. */
interface Verb {
  readonly verb: string;
  /** What the URI is to it, for errors. */
  readonly use: string;
  readonly table: Readonly<Record<string, OptionKind>>;
  /** The names of options on the wire. */
  readonly names: Readonly<Record<string, string>>;
}

const verb = (name: string, use: string, table: Verb['table']): Verb => ({
  verb: name,
  use: `${name}(): ${use}`,
  table,
  names: Object.fromEntries(Object.keys(table).map((option) => [option, toWire(option)])),
});

const local = (kind: Kind): OptionKind => ({ ...kind, local: true });
/** One value may stand for a list of one. */
const oneOrList = (list: Kind): Kind => kind(list.expected, (v) => list.test(listed(v)));
const listed = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);

const MATCH = oneOf('exact|prefix|wildcard');
const IDS = oneOrList(listOf('ids', ID.test));
const NAMES = oneOrList(listOf('strings', STRING.test));

/** How a payload is packed, as applications may choose it. */
const PASSTHRU = { pptScheme: TEXT, pptSerializer: STRING, pptCipher: STRING, pptKeyid: STRING };

/** Tags for tracing stay on this side. */
const TAGS = {
  correlationId: local(ANYTHING),
  correlationUri: local(ANYTHING),
  correlationIsAnchor: local(ANYTHING),
  correlationIsLast: local(ANYTHING),
};

const SUBSCRIBING = verb('subscribe', 'topic', {
  match: MATCH,
  nkey: STRING,
  forwardFor: HOPS,
  ...TAGS,
  getRetained: local(kind("a boolean or 'once'", (v) => BOOL.test(v) || v === 'once')),
  onSubscribed: local(FUNCTION),
} satisfies OptionKinds<SubscribeOptions>);

const REGISTERING = verb('register', 'procedure', {
  match: MATCH,
  invoke: oneOf('single|first|last|roundrobin|random'),
  concurrency: POSITIVE,
  forceReregister: BOOL,
  discloseCaller: BOOL,
  forwardTimeout: BOOL,
  forwardFor: HOPS,
  ...TAGS,
} satisfies OptionKinds<RegisterOptions>);

const PUBLISHING = verb('publish', 'topic', {
  acknowledge: BOOL,
  excludeMe: BOOL,
  exclude: IDS,
  excludeAuthid: NAMES,
  excludeAuthrole: NAMES,
  eligible: IDS,
  eligibleAuthid: NAMES,
  eligibleAuthrole: NAMES,
  discloseMe: BOOL,
  retain: BOOL,
  rkey: STRING,
  transactionHash: STRING,
  forwardFor: HOPS,
  ...PASSTHRU,
  ...TAGS,
} satisfies OptionKinds<PublishOptions>);

const CALLING = verb('call', 'procedure', {
  discloseMe: BOOL,
  rkey: STRING,
  runmode: STRING,
  caller: ID,
  callerAuthid: STRING,
  callerAuthrole: STRING,
  transactionHash: STRING,
  forwardFor: HOPS,
  ...PASSTHRU,
  ...TAGS,
  progress: local(BOOL),
  timeout: local(NUMBER),
  deadline: local(NUMBER),
  cancelMode: local(oneOf('skip|kill|killnowait')),
} satisfies OptionKinds<CallOptions>);

const NOTHING = NO_KWARGS;

/** Where what is sent keeps the options that are not sent whole, for messages$: serializers see no symbols, copies keep them. */
export const TAGGED = Symbol('tags');

/** Options as they are sent, with what is not. */
export interface Tagged {
  [TAGGED]?: CorrelationOptions;
}

/** What is sent of some options, by the names on the wire. */
function wireOf({ verb, names, table }: Verb, uri: Uri, options: object = NOTHING): Dict {
  if (options === NOTHING) return NOTHING;
  const wire: Dict = {};
  for (const name of checkOptions(() => describeRequest(verb, uri), table, options, true)) {
    if (table[name]?.local) {
      (wire as Tagged)[TAGGED] = options;
      continue;
    }
    const value = (options as Dict)[name];
    wire[names[name] ?? name] = table[name] === IDS || table[name] === NAMES ? listed(value) : value;
  }
  return wire;
}

/** A checked subscription or registration to be. */
export interface StreamRequest<Options> {
  readonly uri: Uri;
  readonly match: Match;
  readonly options: Options;
  /** The options as they go on the wire. */
  readonly wire: Dict;
}

/** A checked call or publication to be. */
export interface PayloadRequest<Options, A = List> {
  readonly uri: Uri;
  readonly args: A;
  readonly kwargs: Readonly<Dict>;
  readonly options: Options;
  /** The options as they go on the wire. */
  readonly wire: Dict;
}

/** A dictionary as one writes it: not a Map, a Date or a Promise, which have no members to send. */
function isPlain(value: unknown): value is Dict {
  if (!isDict(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function checkStream<Options extends object>(of: Verb, uri: Uri, options: Options): StreamRequest<Options> {
  const wire = wireOf(of, uri, options);
  // what was checked: `options` may have inherited another
  const match = (wire['match'] as Match | undefined) ?? 'exact';
  assertUri(uri, of.use, match);
  return { uri, match, options, wire };
}

/** Checks what `subscribe()` was given. */
export const checkSubscribe = (topic: Uri, options: SubscribeOptions = NOTHING): StreamRequest<SubscribeOptions> =>
  checkStream(SUBSCRIBING, topic, options);

/** Checks what `register()` was given. */
export function checkRegister(
  uri: Uri,
  handler: unknown,
  options: RegisterOptions = NOTHING,
): StreamRequest<RegisterOptions> {
  if (typeof handler !== 'function') {
    throw mistaken(describeRequest(REGISTERING.verb, uri), 'handler', 'a function', handler);
  }
  return checkStream(REGISTERING, uri, options);
}

function checkPayload<Options extends object, A>(
  of: Verb,
  uri: Uri,
  first: A | List | (Options & Payload<A>) | undefined,
  named: object | undefined,
  fourth: Options | undefined,
): PayloadRequest<Options, A | List> {
  assertUri(uri, of.use);
  let args: unknown = first;
  let kwargs: unknown = named;
  let options: object | undefined = fourth;
  if (isPlain(first)) {
    if (named !== undefined)
      throw new TypeError(`${describeRequest(of.verb, uri)}: give one object, or args and kwargs apart`);
    ({ args, kwargs, ...options } = first);
  }
  if (args !== undefined && !Array.isArray(args) && !(of === CALLING && isObservable(args))) {
    throw mistaken(describeRequest(of.verb, uri), 'args', 'a list', args);
  }
  if (kwargs !== undefined && !isPlain(kwargs)) {
    throw mistaken(describeRequest(of.verb, uri), 'kwargs', 'an object', kwargs);
  }
  return {
    uri,
    args: (args ?? NO_ARGS) as A | List,
    kwargs: kwargs ?? NOTHING,
    options: (options ?? NOTHING) as Options,
    wire: wireOf(of, uri, options),
  };
}

/** Checks what `call()` was given. */
export const checkCall = (
  procedure: Uri,
  args?: CallArgs | (CallOptions & Payload<CallArgs>),
  kwargs?: object,
  options?: CallOptions,
): PayloadRequest<CallOptions, CallArgs> =>
  checkPayload<CallOptions, CallArgs>(CALLING, procedure, args, kwargs, options);

/** Checks what `publish()` was given. */
export const checkPublish = (
  topic: Uri,
  args?: List | (PublishOptions & Payload),
  kwargs?: object,
  options?: PublishOptions,
): PayloadRequest<PublishOptions> => checkPayload<PublishOptions, List>(PUBLISHING, topic, args, kwargs, options);

let answering: Verb | undefined;

/** Checks what `result()` was given, and returns YIELD.Options, if there are any. */
export function checkResult(options?: object): Dict | undefined {
  if (options === undefined) return undefined;
  // not before it is needed: programs that have no such options shall not carry them
  answering ??= verb('result', '', {
    callee: ID,
    calleeAuthid: STRING,
    calleeAuthrole: STRING,
    forwardFor: HOPS,
    ...PASSTHRU,
  } satisfies OptionKinds<ResultOptions>);
  return wireOf(answering, '', options);
}
