import { map, type Observable } from 'rxjs';
import { kindOf } from '../protocol/kind-of.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { CallResult } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import type { Typed } from '../session/contract-types.ts';
import { Kwargs } from './kwargs.ts';
import type { Remote, Rpc, RpcBelow } from './proxy-types.ts';

/**
 * Names that platforms and frameworks read from any value, to recognise Promises, streams, matchers of tests (also `$…`,
 * `@@…` and `ɵ…`): never components of a URI.
 */
const RESERVED =
  /^(then|lift|getReader|constructor|prototype|asymmetricMatch|jasmineToString|ngOnDestroy|__proto__|[$ɵ].*|@@.*)$/;

/** The components of a URI as properties: reading one descends, calling one calls the procedure. */
function pathOf(wamp: Wamp, path: string): unknown {
  const below = new Map<string, unknown>();
  const text = (): string => `rpc(${path})`;
  const target = Object.defineProperty(() => undefined, 'name', { value: text() });
  const own: Readonly<Record<string, unknown>> = { toString: text, toLocaleString: text, toJSON: text };
  const node: unknown = new Proxy(target, {
    get(_, name) {
      // symbols and these names are read by platforms, not by the application
      if (typeof name === 'symbol' || RESERVED.test(name)) return undefined;
      if (name === 'valueOf') return () => node;
      if (Object.hasOwn(own, name)) return own[name];
      let child = below.get(name);
      // the same object each time, as templates compare by identity
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
  return wamp.call(procedure, given ? args.slice(0, -1) : args, given?.values, given?.options).pipe(map(plain));
}

/** The single value of a result, undefined for an empty one, otherwise the whole result. */
function plain(result: CallResult): unknown {
  const { args, kwargs } = result;
  const names = Object.keys(kwargs);
  // callees of wampy (Python) send their value once more, beside their name
  const twice = names.sort().join() === 'message,meta' && JSON.stringify([kwargs['message']]) === JSON.stringify(args);
  return twice || (args.length < 2 && names.length === 0) ? args[0] : result;
}

/**
 * All procedures as methods: `rpc(wamp).com.example.add(2, 3)` calls `com.example.add` for each subscriber. A call is a
 * cold Observable of plain values: the value of a result, `undefined` for an empty one, and the whole `CallResult` where
 * it has several positional or any keyword values. Unsubscribing cancels; errors are those of `call()`.
 *
 * The last argument may hold keyword values and options, see {@link kwargs}. The client's contract types the methods;
 * without one the compiler checks nothing. Use `call()` for a URI with a component such as `then` or `constructor`, which
 * platforms read from any value.
 *
 * @throws TypeError, InvalidUriError at the call for wrong arguments
 * @example
 * rpc(wamp).com.example.add(2, 3).subscribe((sum) => show(sum));
 */
export function rpc<Api = unknown>(wamp: Wamp & Typed<Api>): Rpc<Api> {
  return pathOf(checked(wamp, 'rpc()'), '') as Rpc<Api>;
}

/**
 * The procedures below a prefix as methods, like {@link rpc}: those of the client's contract, or those of an interface as
 * type argument.
 *
 * @param prefix a URI, `com.example`
 * @throws TypeError, InvalidUriError for wrong arguments
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

/** Accepts any object with the verbs, such as a validated view. */
function checked(wamp: Wamp, what: string): Wamp {
  if (typeof (wamp as Wamp | undefined)?.call === 'function') return wamp;
  throw new TypeError(`${what}: expected a WampClient or a Session, got ${kindOf(wamp)}`);
}
