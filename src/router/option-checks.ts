import {
  BOOL,
  checkOptions,
  COUNT,
  DICT,
  FUNCTION,
  isDict,
  kind,
  LIST,
  mistaken,
  NUMBER,
  type Kind,
} from '../protocol/kinds.ts';
import type { Limits, RealmOptions, RouterOptions } from './router-options.ts';
import { QUIRKS, type QuirkName } from './quirks.ts';

const REALM_OPTIONS = {
  auth: LIST,
  roles: DICT,
  authorize: FUNCTION,
  disclosure: kind("'onRequest', 'always' or 'never'", (v) => v === 'onRequest' || v === 'always' || v === 'never'),
  history: kind('a list, or a number of events', (v) => Array.isArray(v) || (COUNT.test(v) && v !== 0)),
  strictUris: BOOL,
} satisfies Record<keyof RealmOptions, Kind>;

const OPTIONS = {
  realms: kind(
    'a list of names, or options by name',
    (v) => isDict(v) || (Array.isArray(v) && v.every((name) => typeof name === 'string')),
  ),
  autoCreateRealms: kind('a boolean or an object', (v) => typeof v === 'boolean' || isDict(v)),
  like: kind("'crossbar' or 'nexus'", (v) => v === 'crossbar' || v === 'nexus'),
  quirks: DICT,
  seed: NUMBER,
  invocationIds: kind("'sequential' or 'random'", (v) => v === 'sequential' || v === 'random'),
  delivery: kind("'asap' or 'flush'", (v) => v === 'asap' || v === 'flush'),
  serializer: kind('a serializer', isDict),
  maxMessageSize: NUMBER,
  closeTimeout: NUMBER,
  limits: DICT,
} satisfies Record<keyof RouterOptions, Kind>;

const LIMITS = {
  subscriptionsPerSession: NUMBER,
  registrationsPerSession: NUMBER,
  callsPerSession: NUMBER,
  testamentsPerSession: NUMBER,
  retainedPerRealm: NUMBER,
  realms: NUMBER,
} satisfies Record<keyof Limits, Kind>;

/**
 * Checks the options of a router: a test that misspells one would prove something else than it says.
 *
 * @param what the function that takes them, for error messages
 * @throws TypeError that names the option
 */
export function checkRouterOptions(what: string, options: RouterOptions): void {
  checkOptions(() => what, OPTIONS, options);
  const { realms, autoCreateRealms, quirks, limits } = options;
  const byName = isDict(realms) ? Object.entries(realms) : [];
  for (const [name, realm] of byName) {
    if (!isDict(realm)) throw mistaken(what, `realm ${name}`, 'an object', realm);
    checkOptions(() => `${what}: realm ${name}`, REALM_OPTIONS, realm);
  }
  if (isDict(autoCreateRealms)) checkOptions(() => `${what}: autoCreateRealms`, REALM_OPTIONS, autoCreateRealms);
  const names = Object.keys(QUIRKS) as QuirkName[];
  checkOptions(() => `${what}: quirks`, Object.fromEntries(names.map((name) => [name, BOOL])), { ...quirks });
  checkOptions(() => `${what}: limits`, LIMITS, { ...limits });
}
