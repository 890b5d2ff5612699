import { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { RESULT, withPayload, type MessageOf } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { isUri, type Match, type Uri } from '../protocol/uris.ts';
import { describeSubscription, type Broker } from './broker.ts';
import type { Quirks } from './quirks.ts';
import { describeRegistration, type Registrations } from './registrations.ts';
import { historyRows } from './event-history.ts';
import type { Registration, RouterSession, Subscription } from './router-session.ts';
import type { Testaments } from './testaments.ts';

/** What the meta API looks into. */
export interface RealmParts {
  readonly quirks: Quirks;
  readonly sessions: ReadonlyMap<Id, RouterSession>;
  readonly broker: Broker;
  readonly registrations: Registrations;
  readonly testaments: Testaments;
  /** Ends a session by the router's will; `silent` publishes no events of it. */
  kill(session: RouterSession, reason: Uri, message: string | undefined, silent: boolean): void;
}

/** The result of a meta procedure: a payload. */
export interface MetaResult {
  readonly args: List;
  readonly kwargs?: Dict;
}

type Procedure = (args: List, kwargs: Dict, session: RouterSession) => MetaResult;

const one = (value: unknown): MetaResult => ({ args: [value] });
const none: MetaResult = { args: [] };

function argument(args: List, name: string, type: 'string' | 'number'): unknown {
  const [value] = args;
  if (typeof value !== type) {
    throw new ApplicationError('wamp.error.invalid_argument', [`The first argument must be ${name}`]);
  }
  return value;
}

const id = (args: List): Id => argument(args, 'an id', 'number') as Id;
const uri = (args: List): Uri => argument(args, 'a string', 'string') as Uri;

function matchOf(args: List): Match {
  const options = args[1] as { match?: unknown } | null | undefined;
  const match = options?.match;
  return match === 'prefix' || match === 'wildcard' ? match : 'exact';
}

const unknown = (what: string, which: unknown): ApplicationError =>
  new ApplicationError(`wamp.error.no_such_${what}`, [`There is no ${what} ${String(which)}`]);

function byMatch(all: Iterable<{ readonly id: Id; readonly match: Match }>, { nullLists }: Quirks): Dict {
  const lists: Record<Match, Id[]> = { exact: [], prefix: [], wildcard: [] };
  for (const { id: each, match } of all) lists[match].push(each);
  return nullLists
    ? Object.fromEntries(Object.entries(lists).map(([match, ids]) => [match, ids.length > 0 ? ids : null]))
    : lists;
}

/** The meta procedures of one realm (WAMP, sections "… Meta API"), by their URI. */
export function metaProcedures(realm: RealmParts): ReadonlyMap<Uri, Procedure> {
  const { quirks } = realm;
  return new Map<Uri, Procedure>(
    [...sessionProcedures(realm), ...subscriptionProcedures(realm), ...registrationProcedures(realm)].map(
      ([name, procedure]) => [
        quirks.misspeltCount && name === 'wamp.subscription.count_subscribers'
          ? 'wamp.subscription.count_suscribers'
          : name,
        procedure,
      ],
    ),
  );
}

function sessionProcedures(realm: RealmParts): [Uri, Procedure][] {
  const { quirks } = realm;
  const selected = ([roles]: List, kwargs: Dict): RouterSession[] => {
    const filter = roles ?? kwargs['filter_authroles'];
    const all = [...realm.sessions.values()];
    return Array.isArray(filter) ? all.filter(({ authrole }) => filter.includes(authrole)) : all;
  };
  const kill = (victims: RouterSession[], kwargs: Dict, silent = false): Id[] => {
    const { reason = 'wamp.close.killed', message } = kwargs;
    if (!isUri(reason)) throw new ApplicationError('wamp.error.invalid_uri', ['reason: expected a URI']);
    for (const victim of victims) realm.kill(victim, reason, typeof message === 'string' ? message : undefined, silent);
    return victims.map((victim) => victim.id);
  };
  const others = (caller: RouterSession, is: (session: RouterSession) => boolean): RouterSession[] =>
    [...realm.sessions.values()].filter((session) => session !== caller && is(session));

  return [
    ['wamp.session.count', (args, kwargs) => one(selected(args, kwargs).length)],
    ['wamp.session.list', (args, kwargs) => one(selected(args, kwargs).map((session) => session.id))],
    [
      'wamp.session.get',
      (args) => {
        const session = realm.sessions.get(id(args));
        if (!session) throw unknown('session', args[0]);
        return one(session.describe());
      },
    ],
    [
      'wamp.session.kill',
      (args, kwargs, caller) => {
        const victim = realm.sessions.get(id(args));
        if (!victim || victim === caller) throw unknown('session', args[0]);
        kill([victim], kwargs);
        return none;
      },
    ],
    [
      'wamp.session.kill_by_authid',
      (args, kwargs, caller) => {
        const authid = uri(args);
        const killed = kill(
          others(caller, (session) => session.authid === authid),
          kwargs,
        );
        return one(quirks.countsKilled ? killed.length : killed);
      },
    ],
    [
      'wamp.session.kill_by_authrole',
      (args, kwargs, caller) => {
        const authrole = uri(args);
        const killed = kill(
          others(caller, (session) => session.authrole === authrole),
          kwargs,
        );
        return one(quirks.listsKilled ? killed : killed.length);
      },
    ],
    [
      'wamp.session.kill_all',
      (_, kwargs, caller) =>
        one(
          kill(
            others(caller, () => true),
            kwargs,
            true,
          ).length,
        ),
    ],
    [
      'wamp.session.add_testament',
      (args, kwargs, caller) => {
        realm.testaments.add(caller, args, kwargs);
        return none;
      },
    ],
    [
      'wamp.session.flush_testaments',
      (_, kwargs, caller) => {
        realm.testaments.flush(caller, kwargs);
        return none;
      },
    ],
  ];
}

function subscriptionProcedures({ broker, quirks }: RealmParts): [Uri, Procedure][] {
  const found = (args: List): Subscription => {
    const subscription = broker.get(id(args));
    if (!subscription) throw unknown('subscription', args[0]);
    return subscription;
  };
  return [
    ['wamp.subscription.list', () => one(byMatch(broker.subscriptions, quirks))],
    ['wamp.subscription.lookup', (args) => one(broker.find(uri(args), matchOf(args))?.id ?? noneOf(quirks))],
    [
      'wamp.subscription.match',
      (args) => {
        const ids = broker.matching(uri(args)).map((subscription) => subscription.id);
        return one(ids.length > 0 ? ids : null);
      },
    ],
    ['wamp.subscription.get', (args) => one(describeSubscription(found(args), quirks))],
    [
      'wamp.subscription.list_subscribers',
      (args) => {
        const { subscribers } = found(args);
        if (subscribers.size === 0 && quirks.emptyUnknown) throw unknown('subscription', args[0]);
        return one([...subscribers].map((session) => session.id));
      },
    ],
    ['wamp.subscription.count_subscribers', (args) => one(found(args).subscribers.size)],
    [
      'wamp.subscription.remove_subscriber',
      (args, kwargs) => {
        const subscription = found(args);
        const victim = [...subscription.subscribers].find((session) => session.id === args[1]);
        if (!victim) throw unknown('session', args[1]);
        broker.revoke(subscription, [victim], reasonOf(kwargs));
        return none;
      },
    ],
    [
      'wamp.subscription.get_events',
      (args, kwargs, caller) => {
        const history = broker.history(found(args), caller);
        if (!history)
          throw new ApplicationError('wamp.error.history_unavailable', ['No events are kept for this topic']);
        const rows = historyRows(history, args, kwargs, quirks);
        if (canTake(caller, rows)) return rows;
        // an event that the caller's serializer cannot write does not take the others with it
        const events = history.events.filter((event) =>
          canTake(caller, { args: [event.args, event.kwargs, event.details] }),
        );
        return historyRows({ ...history, events }, args, kwargs, quirks);
      },
    ],
  ];
}

function registrationProcedures({ registrations, quirks }: RealmParts): [Uri, Procedure][] {
  const nothing = noneOf(quirks);
  const found = (args: List): Registration => {
    const registration = registrations.get(id(args));
    if (!registration) throw unknown('registration', args[0]);
    return registration;
  };
  return [
    ['wamp.registration.list', () => one(byMatch(registrations.all, quirks))],
    ['wamp.registration.lookup', (args) => one(registrations.find(uri(args), matchOf(args))?.id ?? nothing)],
    ['wamp.registration.match', (args) => one(registrations.best(uri(args))?.id ?? nothing)],
    ['wamp.registration.get', (args) => one(describeRegistration(found(args), quirks))],
    ['wamp.registration.list_callees', (args) => one(found(args).callees.map((callee) => callee.session.id))],
    ['wamp.registration.count_callees', (args) => one(found(args).callees.length)],
    [
      'wamp.registration.remove_callee',
      (args, kwargs) => {
        const registration = found(args);
        const victim = registration.callees.find((callee) => callee.session.id === args[1])?.session;
        if (!victim) throw unknown('session', args[1]);
        registrations.revoke(registration, [victim], reasonOf(kwargs));
        return none;
      },
    ],
  ];
}

const canTake = (caller: RouterSession, { args, kwargs }: MetaResult): boolean =>
  caller.link.peer.canWrite?.(withPayload<MessageOf<50>>([RESULT, 1, {}], args, kwargs)) ?? true;

const noneOf = ({ zeroForNone }: Quirks): 0 | null => (zeroForNone ? 0 : null);

const reasonOf = ({ reason }: Dict): string | undefined => (typeof reason === 'string' ? reason : undefined);
