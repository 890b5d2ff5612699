import { map, type Observable } from 'rxjs';
import { ATTRIBUTES } from '../protocol/attributes.ts';
import { checkOptions, ID, isDict, TEXT, type Kind } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { assertUri, type Match, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { SubscribeOptions, Wamp } from '../session/options.ts';
import { readAs, type Reader } from './readers.ts';

/** Options of the streams of meta events. */
export type MetaEventOptions = Pick<SubscribeOptions, 'onSubscribed'>;

/** Options of look-ups by URI. */
export interface LookupOptions {
  /**
   * How the URI or pattern was subscribed or registered.
   * @default 'exact'
   */
  readonly match?: Match | undefined;
}

/** Calls a meta procedure and reads the one value of its result. */
export const callMeta = <T>(
  wamp: Wamp,
  procedure: Uri,
  args: List,
  reader: Reader<T>,
  kwargs: Readonly<Dict> = {},
): Observable<T> => wamp.call(procedure, args, kwargs).pipe(map(({ value }) => readAs(reader, value, procedure)));

/** Calls a meta procedure whose result is empty. */
export const command = (wamp: Wamp, procedure: Uri, args: List, kwargs: Readonly<Dict> = {}): Observable<void> =>
  wamp.call(procedure, args, kwargs).pipe(map(() => undefined));

/** The events of a meta topic, read. */
export const metaEvents = <T>(
  wamp: Wamp,
  topic: Uri,
  read: (event: WampEvent) => T,
  options: MetaEventOptions = {},
): Observable<T> => wamp.subscribe(topic, options).pipe(map(read));

/** The first argument of a meta event, read. */
export const first = <T>(reader: Reader<T>, { args, details }: WampEvent): T =>
  readAs(reader, args[0], `${details.topic}, argument 1`);

/** The second argument of a meta event, read. */
export const second = <T>(reader: Reader<T>, { args, details }: WampEvent): T =>
  readAs(reader, args[1], `${details.topic}, argument 2`);

function assertKind(what: string, name: string, { test, expected }: Kind, value: unknown): void {
  if (!test(value)) throw new TypeError(`${what}(): ${name} must be ${expected}, got ${kindOf(value)}`);
}

/** Throws a TypeError unless the value is an id. */
export const assertId = (what: string, name: string, value: Id): void => assertKind(what, name, ID, value);

/** Throws a TypeError unless the value is a non-empty string. */
export const assertText = (what: string, name: string, value: string): void => assertKind(what, name, TEXT, value);

/** Checks a URI and how it matches, which it returns. */
export function checkLookup(what: string, uri: Uri, options: LookupOptions): Match {
  checkOptions(() => `${what}()`, { match: ATTRIBUTES['match'] }, options);
  const { match = 'exact' } = options;
  assertUri(uri, `${what}()`, match);
  return match;
}

/** The URI of an ERROR, also where the application maps it to a class of its own. */
export const uriOf = (error: unknown): unknown => (isDict(error) ? error['uri'] : undefined);
