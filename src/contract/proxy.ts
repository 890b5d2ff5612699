import { map, type Observable } from 'rxjs';
import { kindOf } from '../protocol/kind-of.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { CallResult } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import type { Typed } from '../session/contract-types.ts';
import { Kwargs } from './kwargs.ts';
import type { Remote, Rpc, RpcBelow } from './proxy-types.ts';

/**
 * Names that others ask any value for, to learn whether it is a Promise, a stream, a matcher of a test: never components
 * of a URI. Nor are `$…`, `@@…` and `ɵ…`, which frameworks ask for.
 */
const RESERVED =
  /^(then|lift|getReader|constructor|prototype|asymmetricMatch|jasmineToString|ngOnDestroy|__proto__|[$ɵ].*|@@.*)$/;

/** The components of a URI as properties: reading one goes down, calling one calls the procedure. */
function pathOf(wamp: Wamp, path: string): unknown {
  const below = new Map<string, unknown>();
  const text = (): string => `rpc(${path})`;
  const target = Object.defineProperty(() => undefined, 'name', { value: text() });
  const own: Readonly<Record<string, unknown>> = { toString: text, toLocaleString: text, toJSON: text };
  const node: unknown = new Proxy(target, {
    get(_, name) {
      // what the language asks for is not the application's
      if (typeof name === 'symbol' || RESERVED.test(name)) return undefined;
      if (name === 'valueOf') return () => node;
      if (Object.hasOwn(own, name)) return own[name];
      let child = below.get(name);
      // the same object each time: templates compare by identity
      if (child === undefined) below.set(name, (child = pathOf(wamp, path === '' ? name : `${path}.${name}`)));
      return child;
    },
    apply: (_, __, args) => callPlain(wamp, path, args),
    has: () => false,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
  return node;
}

function callPlain(wamp: Wamp, procedure: Uri, args: readonly unknown[]): Observable<unknown> {
  const last = args.at(-1);
  const given: Kwargs | undefined = last instanceof Kwargs ? last : undefined;
  // options are given in any case: keyword values may have the names of some
  return wamp
    .call(procedure, given ? args.slice(0, -1) : args, given?.values ?? {}, given?.options ?? {})
    .pipe(map(plain));
}

/** The one value of a result, nothing for an empty one, the whole result where there is more. */
function plain(result: CallResult): unknown {
  const { args, kwargs } = result;
  const names = Object.keys(kwargs).length;
  // callees of wampy (Python) send their one value twice, with a remark on who sent it
  const twice = args.length === 1 && names === 2 && 'message' in kwargs && 'meta' in kwargs;
  return twice || (args.length < 2 && names === 0) ? args[0] : result;
}

/**
 * All procedures as methods: `rpc(wamp).com.example.add(2, 3)` calls `com.example.add` for each subscriber. A call is a
 * cold Observable of plain values: the value of a result, `undefined` for an empty one, and the whole `CallResult` where
 * it has several positional or any keyword values. Unsubscribing cancels; errors are those of `call()`.
 *
 * Keyword values and options are given as the last argument, made by {@link kwargs}. Typed by the client's contract;
 * without one nothing is checked by the compiler. Procedures whose URI has a component `then`, or another name that any
 * value is asked for, are called by `call()`.
 *
 * @throws TypeError, InvalidUriError at the call for arguments that cannot be right
 * @example
 * rpc(wamp).com.example.add(2, 3).subscribe((sum) => show(sum));
 */
export function rpc<Api = unknown>(wamp: Wamp & Typed<Api>): Rpc<Api> {
  return pathOf(checked(wamp, 'rpc()'), '') as Rpc<Api>;
}

/**
 * The procedures below a prefix as methods, as {@link rpc} has them: those of the client's contract, or those of an
 * interface that is named.
 *
 * @param prefix a URI, `com.example`
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * interface MathApi {
 *   add(a: number, b: number): number;
 * }
 * const math = proxy<MathApi>(wamp, 'com.example');
 * math.add(2, 3).subscribe((sum) => show(sum));
 */
export function proxy<Api, const Prefix extends string>(wamp: Wamp & Typed<Api>, prefix: Prefix): RpcBelow<Api, Prefix>;
export function proxy<Methods>(wamp: Wamp, prefix: Uri): Remote<Methods>;
export function proxy(wamp: Wamp, prefix: Uri): unknown {
  assertUri(prefix, 'proxy(): prefix');
  return pathOf(checked(wamp, 'proxy()'), prefix);
}

/** Not the port: a validated view, or whatever else has the verbs, will do. */
function checked(wamp: Wamp, what: string): Wamp {
  if (typeof (wamp as Wamp | undefined)?.call === 'function') return wamp;
  throw new TypeError(`${what}: expected a WampClient or a Session, got ${kindOf(wamp)}`);
}
