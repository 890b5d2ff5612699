import { isObservable, type Observable } from 'rxjs';
import {
  ANYTHING,
  ATTRIBUTES,
  BOOL,
  checkOptions,
  FUNCTION,
  isDict,
  kind,
  mistaken,
  NUMBER,
  fromWire,
  type Kind,
  type OptionTable,
} from '../protocol/attributes.ts';
import { NO_ARGS, NO_KWARGS, type Dict, type List } from '../protocol/payload.ts';
import { describeRequest, assertUri, type Match, type Uri } from '../protocol/uris.ts';
import type {
  CallOptions,
  CorrelationOptions,
  Payload,
  PublishOptions,
  RegisterOptions,
  ResultOptions,
  SubscribeOptions,
} from './options.ts';

/** The options of one verb, and what each must be. */
interface Verb {
  readonly verb: string;
  /** What the URI is to it, for errors. */
  readonly use: string;
  readonly table: OptionTable;
  /** The options that stay on this side, or are sent in another way. */
  readonly kept: OptionTable;
  /** What the others are called on the wire. */
  readonly names: Readonly<Record<string, string | undefined>>;
}

/** The names in a string of the wire in camelCase, as a type. */
type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? Camel<First> | Words<Rest> : Camel<S>;
type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
/** The options that a type knows by name. */
type Named<Options> = Exclude<keyof Options, `x_${string}` | `_${string}`>;
/** No further argument where the names are exactly those of the type; else one that nobody can give. */
type Complete<Options, Names> = [Exclude<Named<Options>, Names> | Exclude<Names, Named<Options>>] extends [never]
  ? []
  : [never];

/** One session or name may stand for a list of one. */
const LISTS = /^(exclude|eligible)(?!Me)/;

const verb =
  <Options>(name: string, use: string) =>
  <Sent extends string, Kept extends Record<string, Kind>>(
    sent: Sent,
    kept: Kept,
    ..._: Complete<Options, Words<Sent> | keyof Kept>
  ): Verb => {
    const names = Object.fromEntries(sent.split(' ').map((option) => [fromWire(option), option]));
    const kinds = Object.entries(names).map(([option, wire]) => [option, kindOfOption(option, wire)]);
    return {
      verb: name,
      use: `${name}(): ${use}`,
      kept,
      names,
      table: { ...(Object.fromEntries(kinds) as OptionTable), ...kept },
    };
  };

function kindOfOption(option: string, wire: string): Kind {
  const kind = ATTRIBUTES[wire] as Kind;
  return LISTS.test(option) ? { ...kind, test: (v) => kind.test(listed(v)) } : kind;
}

const listed = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);

/** How a payload was packed, as applications may ask for it. */
const PPT = 'ppt_scheme ppt_serializer ppt_cipher ppt_keyid';
const FORWARD = 'forward_for';

/** Tags for tracing stay on this side. */
const TAGS = {
  correlationId: ANYTHING,
  correlationUri: ANYTHING,
  correlationIsAnchor: ANYTHING,
  correlationIsLast: ANYTHING,
};

const RETAINED = kind("a boolean or 'once'", (v) => BOOL.test(v) || v === 'once');

const SUBSCRIBE = verb<SubscribeOptions>('subscribe', 'topic')(`match nkey ${FORWARD}`, {
  ...TAGS,
  getRetained: RETAINED,
  onSubscribed: FUNCTION,
});
const REGISTER = verb<RegisterOptions>('register', 'procedure')(
  `match invoke concurrency force_reregister disclose_caller forward_timeout ${FORWARD}`,
  TAGS,
);
const PUBLISH = verb<PublishOptions>('publish', 'topic')(
  `acknowledge exclude_me exclude exclude_authid exclude_authrole eligible eligible_authid eligible_authrole disclose_me retain rkey transaction_hash ${PPT} ${FORWARD}`,
  TAGS,
);
const CALL = verb<CallOptions>('call', 'procedure')(
  `disclose_me rkey runmode caller caller_authid caller_authrole transaction_hash ${PPT} ${FORWARD}`,
  { ...TAGS, progress: BOOL, timeout: NUMBER, deadline: NUMBER, cancelMode: ATTRIBUTES['mode'] as Kind },
);

const NOTHING = NO_KWARGS;

/** Where what is sent keeps the options that are not sent whole, for messages$: serializers see no symbols, copies keep them. */
export const TAGGED = Symbol('tags');

/** Options as they are sent, with what is not. */
export interface Tagged {
  [TAGGED]?: CorrelationOptions;
}

/** What is sent of some options, by the names on the wire. */
function wireOf({ verb, kept, names, table }: Verb, uri: Uri, options: object = NOTHING): Dict {
  if (options === NOTHING) return NOTHING;
  const wire: Dict = {};
  for (const name of checkOptions(() => describeRequest(verb, uri), table, options, true)) {
    if (Object.hasOwn(kept, name)) {
      (wire as Tagged)[TAGGED] = options;
      continue;
    }
    const value = (options as Dict)[name];
    wire[names[name] ?? name] = LISTS.test(name) ? listed(value) : value;
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
  checkStream(SUBSCRIBE, topic, options);

/** Checks what `register()` was given. */
export function checkRegister(
  uri: Uri,
  handler: unknown,
  options: RegisterOptions = NOTHING,
): StreamRequest<RegisterOptions> {
  if (typeof handler !== 'function') {
    throw mistaken(describeRequest(REGISTER.verb, uri), 'handler', 'a function', handler);
  }
  return checkStream(REGISTER, uri, options);
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
  } else if (fourth === undefined && isDict(named)) {
    const names = Object.keys(named);
    if (names.length > 0 && names.every((name) => Object.hasOwn(of.table, name))) {
      throw new TypeError(
        `${describeRequest(of.verb, uri)}: kwargs hold nothing but options (${names.join()}), which are the fourth argument; ` +
          'to send them as kwargs, give {} as options',
      );
    }
  }
  if (args !== undefined && !Array.isArray(args) && !(of === CALL && isObservable(args))) {
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

/** Arguments of a call: a list, or an Observable of lists for a progressive invocation. */
export type CallArgs = List | Observable<List>;

/** Checks what `call()` was given. */
export const checkCall = (
  procedure: Uri,
  args?: CallArgs | (CallOptions & Payload<CallArgs>),
  kwargs?: object,
  options?: CallOptions,
): PayloadRequest<CallOptions, CallArgs> => checkPayload<CallOptions, CallArgs>(CALL, procedure, args, kwargs, options);

/** Checks what `publish()` was given. */
export const checkPublish = (
  topic: Uri,
  args?: List | (PublishOptions & Payload),
  kwargs?: object,
  options?: PublishOptions,
): PayloadRequest<PublishOptions> => checkPayload<PublishOptions, List>(PUBLISH, topic, args, kwargs, options);

let resultVerb: Verb | undefined;

/** Checks what `result()` was given, and returns YIELD.Options, if there are any. */
export const checkResult = (options?: object): Dict | undefined => {
  if (options === undefined) return undefined;
  // not before it is needed: programs that have no such options shall not carry them
  resultVerb ??= verb<ResultOptions>('result', '')(`callee callee_authid callee_authrole ${PPT} ${FORWARD}`, {});
  return wireOf(resultVerb, '', options);
};
