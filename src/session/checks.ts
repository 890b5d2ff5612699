import { isObservable, type Observable } from 'rxjs';
import {
  ANYTHING,
  ATTRIBUTES,
  BOOL,
  checkOptions,
  FUNCTION,
  isDict,
  NUMBER,
  fromWire,
  toWire,
  type Kind,
  type OptionTable,
} from '../protocol/attributes.ts';
import { kindOf } from '../protocol/errors.ts';
import {
  CALL_OPTIONS,
  PUBLISH_OPTIONS,
  REGISTER_OPTIONS,
  SUBSCRIBE_OPTIONS,
  type Dict,
  type List,
} from '../protocol/messages.ts';
import { asked, assertUri, type Match, type Uri } from '../protocol/uris.ts';
import type { CallOptions, Payload, PublishOptions, RegisterOptions, SubscribeOptions } from './options.ts';

/** The options of one verb, and what each must be. */
interface Verb {
  readonly verb: string;
  readonly use: string;
  readonly table: OptionTable;
  /** The options that stay on this side, or are sent in another way. */
  readonly kept: OptionTable;
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
    const kinds = sent.split(' ').map((option) => [fromWire(option), ATTRIBUTES[option]]);
    return { verb: name, use, kept, table: { ...(Object.fromEntries(kinds) as OptionTable), ...kept } };
  };

/** Tags for tracing stay on this side. */
const TAGS = {
  correlationId: ANYTHING,
  correlationUri: ANYTHING,
  correlationIsAnchor: ANYTHING,
  correlationIsLast: ANYTHING,
};

const RETAINED: Kind = { expected: "a boolean or 'once'", test: (v) => typeof v === 'boolean' || v === 'once' };

const SUBSCRIBE = verb<SubscribeOptions>('subscribe', 'topic')(SUBSCRIBE_OPTIONS, {
  ...TAGS,
  getRetained: RETAINED,
  onSubscribed: FUNCTION,
});
const REGISTER = verb<RegisterOptions>('register', 'procedure')(REGISTER_OPTIONS, TAGS);
const PUBLISH = verb<PublishOptions>('publish', 'topic')(PUBLISH_OPTIONS, TAGS);
const CALL = verb<CallOptions>('call', 'procedure')(CALL_OPTIONS, {
  ...TAGS,
  progress: BOOL,
  timeout: NUMBER,
  deadline: NUMBER,
  cancelMode: ATTRIBUTES['mode'] as Kind,
});

const NOTHING: Dict = Object.freeze({});
const NO_ARGS: List = Object.freeze([]);

/** What is sent of some options, by the names on the wire. */
function wireOf({ kept, table }: Verb, what: string, options: object = NOTHING): Dict {
  if (options === NOTHING) return NOTHING;
  const listed = isDict(options)
    ? Object.fromEntries(
        Object.entries(options).map(([name, value]) => [
          name,
          LISTS.test(name) && value !== undefined && !Array.isArray(value) ? [value] : value,
        ]),
      )
    : options;
  const given = checkOptions(what, table, listed, true);
  return Object.fromEntries(
    given.filter(([name]) => !Object.hasOwn(kept, name)).map(([name, value]) => [toWire(name), value]),
  );
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

function checkStream<Options extends { readonly match?: Match | undefined }>(
  of: Verb,
  uri: Uri,
  options: Options,
): StreamRequest<Options> {
  const wire = wireOf(of, asked(of.verb, uri), options);
  const match = options.match ?? 'exact';
  assertUri(uri, `${of.verb}(): ${of.use}`, match);
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
    throw new TypeError(`${asked(REGISTER.verb, uri)}: handler must be a function, got ${kindOf(handler)}`);
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
  assertUri(uri, `${of.verb}(): ${of.use}`);
  let args: unknown = first;
  let kwargs: unknown = named;
  let options: object | undefined = fourth;
  if (isPlain(first)) {
    if (named !== undefined) throw new TypeError(`${asked(of.verb, uri)}: give one object, or args and kwargs apart`);
    ({ args, kwargs, ...options } = first);
  } else if (fourth === undefined && isDict(named)) {
    const names = Object.keys(named);
    if (names.length > 0 && names.every((name) => Object.hasOwn(of.table, name))) {
      throw new TypeError(
        `${asked(of.verb, uri)}: the third argument is kwargs, but '${names.join("', '")}' look like options, which are the ` +
          'fourth. To send such kwargs, give an empty object as options.',
      );
    }
  }
  if (args !== undefined && !Array.isArray(args) && !(of === CALL && isObservable(args))) {
    throw new TypeError(`${asked(of.verb, uri)}: args must be a list, got ${kindOf(args)}`);
  }
  if (kwargs !== undefined && !isPlain(kwargs)) {
    throw new TypeError(`${asked(of.verb, uri)}: kwargs must be an object, got ${kindOf(kwargs)}`);
  }
  return {
    uri,
    args: (args ?? NO_ARGS) as A | List,
    kwargs: kwargs ?? NOTHING,
    options: (options ?? NOTHING) as Options,
    wire: wireOf(of, asked(of.verb, uri), options),
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
