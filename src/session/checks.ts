import { isObservable, type Observable } from 'rxjs';
import { ANYTHING, ATTRIBUTES, FUNCTION, isDict, isPrivate, MILLISECONDS, toWire, type Kind } from '../protocol/attributes.ts';
import { kindOf } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/messages.ts';
import { assertUri, type Match, type Uri } from '../protocol/uris.ts';
import type { CallOptions, CorrelationOptions, Payload, PublishOptions, RegisterOptions, SubscribeOptions } from './options.ts';

/** Stands in a table for an option that goes on the wire and is checked as its attribute there. */
const SENT = 1;
/** What is known of one verb's options: kept here and checked so, or sent. A missing row does not compile. */
type Table<Options> = Readonly<Record<Exclude<keyof Options, `x_${string}` | `_${string}`>, Kind | typeof SENT>>;
/** A table looked at by name. */
type Rows = Readonly<Record<string, Kind | typeof SENT>>;

const TAGS: Table<CorrelationOptions> = {
  correlationId: ANYTHING,
  correlationUri: ANYTHING,
  correlationIsAnchor: ANYTHING,
  correlationIsLast: ANYTHING,
};

const SUBSCRIBE: Table<SubscribeOptions> = {
  ...TAGS,
  match: SENT,
  nkey: SENT,
  forwardFor: SENT,
  getRetained: { expected: "a boolean or 'once'", test: (v) => typeof v === 'boolean' || v === 'once' },
  onSubscribed: FUNCTION,
};

const PUBLISH: Table<PublishOptions> = {
  ...TAGS,
  acknowledge: SENT,
  excludeMe: SENT,
  exclude: SENT,
  excludeAuthid: SENT,
  excludeAuthrole: SENT,
  eligible: SENT,
  eligibleAuthid: SENT,
  eligibleAuthrole: SENT,
  discloseMe: SENT,
  retain: SENT,
  rkey: SENT,
  transactionHash: SENT,
  forwardFor: SENT,
};

const CALL: Table<CallOptions> = {
  ...TAGS,
  progress: ATTRIBUTES.progress,
  timeout: MILLISECONDS,
  deadline: MILLISECONDS,
  cancelMode: ATTRIBUTES.mode,
  discloseMe: SENT,
  rkey: SENT,
  runmode: SENT,
  caller: SENT,
  callerAuthid: SENT,
  callerAuthrole: SENT,
  transactionHash: SENT,
  forwardFor: SENT,
};

const REGISTER: Table<RegisterOptions> = {
  ...TAGS,
  match: SENT,
  invoke: SENT,
  concurrency: SENT,
  forceReregister: SENT,
  discloseCaller: SENT,
  forwardTimeout: SENT,
  forwardFor: SENT,
};

const NOTHING: Dict = Object.freeze({});
const NO_ARGS: List = Object.freeze([]);

/** Checks options against a verb's table and returns those that are sent, by their names on the wire. */
function checkOptions(what: string, table: Rows, options: object | undefined): Dict {
  if (options === undefined) return NOTHING;
  if (!isDict(options)) throw new TypeError(`${what}: options must be an object, got ${kindOf(options)}`);
  const sent: Dict = {};
  for (const name of Object.keys(options)) {
    let value = options[name];
    if (value === undefined) continue;
    const row = Object.hasOwn(table, name) ? table[name] : isPrivate(name) ? ANYTHING : undefined;
    if (row === undefined) throw new TypeError(`${what}: unknown option '${name}'${suggestion(name, table)}`);
    const wire = toWire(name);
    const kind = row === SENT ? ATTRIBUTES[wire as keyof typeof ATTRIBUTES] : row;
    // one session or name may stand for a list of one
    if (/^(exclude|eligible)(?!Me)/.test(name) && !Array.isArray(value)) value = [value];
    if (!kind.test(value)) throw new TypeError(`${what}: option ${name} must be ${kind.expected}, got ${kindOf(value)}`);
    if (row === SENT || isPrivate(name)) sent[wire] = value;
  }
  return sent;
}

/** `retained` → `; did you mean 'getRetained'?`: a name that differs in case, in `_` or by a part. */
function suggestion(name: string, table: Rows): string {
  const plain = (s: string): string => s.toLowerCase().replace(/_/g, '');
  const near = Object.keys(table).find((n) => plain(n).includes(plain(name)) || plain(name).includes(plain(n)));
  return near === undefined ? `; known are ${Object.keys(table).join(', ')}` : `; did you mean '${near}'?`;
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

function checkStream<Options extends { readonly match?: Match }>(
  verb: string,
  use: string,
  table: Table<Options>,
  uri: Uri,
  options: Options,
): StreamRequest<Options> {
  const wire = checkOptions(`${verb}(${JSON.stringify(uri)})`, table, options);
  const match = options.match ?? 'exact';
  assertUri(uri, `${verb}(): ${use}`, match);
  return { uri, match, options, wire };
}

/** Checks what `subscribe()` was given. */
export function checkSubscribe(topic: Uri, options: SubscribeOptions = NOTHING): StreamRequest<SubscribeOptions> {
  return checkStream('subscribe', 'topic', SUBSCRIBE, topic, options);
}

/** Checks what `register()` was given. */
export function checkRegister(
  procedure: Uri,
  handler: unknown,
  options: RegisterOptions = NOTHING,
): StreamRequest<RegisterOptions> {
  if (typeof handler !== 'function') {
    throw new TypeError(`register(${JSON.stringify(procedure)}): handler must be a function, got ${kindOf(handler)}`);
  }
  return checkStream('register', 'procedure', REGISTER, procedure, options);
}

function checkPayload<Options extends object, A>(
  verb: string,
  use: string,
  table: Table<Options>,
  uri: Uri,
  first: A | List | (Options & Payload<A>) | undefined,
  kwargs: Readonly<Dict> | undefined,
  options: Options | undefined,
): PayloadRequest<Options, A | List> {
  assertUri(uri, `${verb}(): ${use}`);
  let args: unknown = first;
  if (isDict(first) && !isObservable(first)) {
    if (kwargs !== undefined) throw new TypeError(`${verb}(${JSON.stringify(uri)}): one object, or args and kwargs apart`);
    const { args: inner, kwargs: named, ...rest } = first;
    args = inner;
    kwargs = named as Dict | undefined;
    options = rest as Options;
  } else if (kwargs !== undefined && options === undefined && isDict(kwargs)) {
    const names = Object.keys(kwargs);
    if (names.length > 0 && names.every((name) => Object.hasOwn(table, name))) {
      throw new TypeError(
        `${verb}(${JSON.stringify(uri)}): the third argument is kwargs, but '${names.join("', '")}' look like options. ` +
          'Options are the fourth; to send such kwargs, give an empty object as options.',
      );
    }
  }
  if (args !== undefined && !Array.isArray(args) && !isObservable(args)) {
    throw new TypeError(`${verb}(${JSON.stringify(uri)}): args must be a list, got ${kindOf(args)}`);
  }
  if (kwargs !== undefined && !isDict(kwargs)) {
    throw new TypeError(`${verb}(${JSON.stringify(uri)}): kwargs must be an object, got ${kindOf(kwargs)}`);
  }
  const wire = options === undefined ? NOTHING : checkOptions(`${verb}(${JSON.stringify(uri)})`, table, options);
  return {
    uri,
    args: (args ?? NO_ARGS) as A | List,
    kwargs: kwargs ?? NOTHING,
    options: options ?? (NOTHING as Options),
    wire,
  };
}

/** Arguments of a call: a list, or an Observable of lists for a progressive invocation. */
export type CallArgs = List | Observable<List>;

/** Checks what `call()` was given. */
export function checkCall(
  procedure: Uri,
  args?: CallArgs | (CallOptions & Payload<CallArgs>),
  kwargs?: Readonly<Dict>,
  options?: CallOptions,
): PayloadRequest<CallOptions, CallArgs> {
  return checkPayload<CallOptions, CallArgs>('call', 'procedure', CALL, procedure, args, kwargs, options);
}

/** Checks what `publish()` was given. */
export function checkPublish(
  topic: Uri,
  args?: List | (PublishOptions & Payload),
  kwargs?: Readonly<Dict>,
  options?: PublishOptions,
): PayloadRequest<PublishOptions> {
  const request = checkPayload<PublishOptions, List>('publish', 'topic', PUBLISH, topic, args, kwargs, options);
  if (isObservable(request.args)) throw new TypeError(`publish(${JSON.stringify(topic)}): args must be a list, got an Observable`);
  return request;
}
