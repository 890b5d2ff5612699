import { camelised } from '../protocol/attributes.ts';
import { isDict } from '../protocol/kinds.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { isId, type Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Match, Uri } from '../protocol/uris.ts';

/** A session as the meta API describes it (WAMP, "Session Meta API"). */
export interface MetaSession {
  /** The session's id. */
  readonly session: Id;
  /** Who joined. */
  readonly authid?: string;
  /** The role that permissions depend on. */
  readonly authrole?: string;
  /** How it was authenticated: `ticket`, `wampcra` … */
  readonly authmethod?: string;
  /** Which part of the router authenticated it: `static`, `dynamic` … */
  readonly authprovider?: string;
  /** How it is connected, as the router describes it. */
  readonly transport?: Readonly<Dict>;
  /** All other attributes that the router sends, in camelCase. */
  readonly [name: string]: unknown;
}

/** A session that has left. Crossbar.io sends only its id. */
export interface MetaDeparture {
  /** The id of the session that left. */
  readonly session: Id;
  /** Who left; absent where the router sends the id alone, as Crossbar.io does. */
  readonly authid?: string;
  /** Its role; absent where the router sends the id alone. */
  readonly authrole?: string;
}

/** A subscription as the meta API describes it (WAMP, "Subscription Meta API"). */
export interface MetaSubscription {
  /** The router's id of the subscription. */
  readonly id: Id;
  /** When it was made: ISO 8601. */
  readonly created: string;
  /** The topic, or the pattern. */
  readonly uri: Uri;
  /** How `uri` matches; of a registration likewise. */
  readonly match: Match;
}

/** A registration as the meta API describes it (WAMP, "Registration Meta API"). */
export interface MetaRegistration extends MetaSubscription {
  /** How calls are distributed over its callees: `single`, `roundrobin` … */
  readonly invoke: string;
}

/** Ids by the kind of match. */
export type IdsByMatch = Readonly<Record<Match, readonly Id[]>>;

/** Reads a value that came from a router; `read` returns undefined for anything but what is expected. */
export interface Reader<T> {
  readonly expected: string;
  readonly read: (value: unknown) => T | undefined;
}

const reader = <T>(expected: string, read: Reader<T>['read']): Reader<T> => ({ expected, read });

/** Reads a value. @throws ProtocolError that names where it was, what was expected and what came */
export function readAs<T>({ expected, read }: Reader<T>, value: unknown, where: string): T {
  const found = read(value);
  if (found === undefined) throw new ProtocolError(`${where}: expected ${expected}, got ${kindOf(value)}`);
  return found;
}

export const AN_ID: Reader<Id> = /* @__PURE__ */ reader('an id', (value) => (isId(value) ? value : undefined));

/** nexus sends 0 for none, others null. */
export const ID_OR_NONE: Reader<Id | null> = /* @__PURE__ */ reader('an id, or null', (value) =>
  isId(value) ? value : value === null || value === undefined || value === 0 ? null : undefined,
);

/** nexus sends null for an empty list. */
const ids = (value: unknown): readonly Id[] | undefined =>
  value === null || value === undefined ? [] : Array.isArray(value) && value.every(isId) ? value : undefined;

export const IDS: Reader<readonly Id[]> = /* @__PURE__ */ reader('a list of ids', ids);

export const IDS_BY_MATCH: Reader<IdsByMatch> = /* @__PURE__ */ reader(
  'lists of ids under exact, prefix and wildcard',
  (value) => {
    if (!isDict(value)) return undefined;
    const [exact, prefix, wildcard] = [ids(value['exact']), ids(value['prefix']), ids(value['wildcard'])];
    return exact && prefix && wildcard && { exact, prefix, wildcard };
  },
);

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

export const COUNTED: Reader<number> = /* @__PURE__ */ reader('a count', count);

/** Some routers list the sessions that they killed, some count them. */
export const KILLED: Reader<number> = /* @__PURE__ */ reader(
  'a count, or a list of ids',
  (value) => count(value) ?? ids(value)?.length,
);

/** Reads the description of a session; `id` is that of the requested one, which not all routers repeat. */
export const sessionReader = (id?: Id): Reader<MetaSession> =>
  reader('a description of a session', (value) => {
    // Crossbar.io sends null for a session that it knows nothing more of
    if (value === null && id !== undefined) return { session: id };
    if (!isDict(value)) return undefined;
    const details = Object.fromEntries(Object.entries(camelised(value)).filter(([, each]) => each !== null));
    const session = details['session'] ?? id;
    return isId(session) ? { ...details, session } : undefined;
  });

function described(value: unknown): MetaSubscription | undefined {
  if (!isDict(value)) return undefined;
  const { id, created, uri } = value;
  // nexus sends '' for an exact one
  const match = value['match'] === '' ? 'exact' : (value['match'] ?? 'exact');
  return isId(id) && typeof uri === 'string' && (match === 'exact' || match === 'prefix' || match === 'wildcard')
    ? { id, created: typeof created === 'string' ? created : '', uri, match }
    : undefined;
}

export const SUBSCRIPTION: Reader<MetaSubscription> = /* @__PURE__ */ reader(
  'a description of a subscription',
  described,
);

export const REGISTRATION: Reader<MetaRegistration> = /* @__PURE__ */ reader(
  'a description of a registration',
  (value) => {
    const found = described(value);
    const { invoke } = (value ?? {}) as Dict;
    return found && { ...found, invoke: typeof invoke === 'string' && invoke !== '' ? invoke : 'single' };
  },
);
