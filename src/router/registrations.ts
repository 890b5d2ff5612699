import { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { REGISTERED, UNREGISTERED, type MessageOf } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { bestMatch, type Match, type Uri } from '../protocol/uris.ts';
import type { Authorizer } from './authorizer.ts';
import { LIMIT_EXCEEDED, timestamp, type RealmContext } from './context.ts';
import type { Quirks } from './quirks.ts';
import { assertWellFormed } from './relay.ts';
import type { Call, Callee, Registration, RouterSession } from './router-session.ts';
import { UriIndex } from './uri-index.ts';

/** Publishes a meta event. */
export type Announce = (topic: Uri, args: List, cause?: RouterSession) => void;

/** The registrations of one realm: who answers calls of which URI. */
export class Registrations {
  readonly #context: RealmContext;
  readonly #authorizer: Authorizer;
  readonly #announce: Announce;
  readonly #byUri = new UriIndex<Registration>();
  readonly #byId = new Map<Id, Registration>();

  constructor(context: RealmContext, authorizer: Authorizer, announce: Announce) {
    this.#context = context;
    this.#authorizer = authorizer;
    this.#announce = announce;
  }

  get all(): Iterable<Registration> {
    return this.#byId.values();
  }

  get(id: Id): Registration | undefined {
    return this.#byId.get(id);
  }

  find(procedure: Uri, match: Match): Registration | undefined {
    return this.#byUri.find(procedure, match);
  }

  /** The one registration that a call of this URI goes to. */
  best(procedure: Uri): Registration | undefined {
    const covering = this.#byUri.covering(procedure);
    if (!this.#context.quirks.longestWildcard) return bestMatch(procedure, covering);
    const others = covering.filter(({ match }) => match !== 'wildcard');
    if (others.length > 0) return bestMatch(procedure, others);
    return covering.reduce<Registration | undefined>(
      (best, next) => (best && best.uri.length >= next.uri.length ? best : next),
      undefined,
    );
  }

  register(session: RouterSession, message: MessageOf<64>, refused: (error: ApplicationError) => void): void {
    const [, request, options, procedure] = message;
    const { quirks } = this.#context;
    const match = (options['match'] ?? 'exact') as Match;
    assertWellFormed(procedure, match, this.#context.options.strictUris === true, true);
    const disclose = options['disclose_caller'] === true && !quirks.ignoresDisclosure;
    if (disclose && this.#context.options.disclosure === 'never') {
      throw new ApplicationError('wamp.error.option_disallowed.disclose_me', ['This realm does not name callers']);
    }
    this.#authorizer.check(
      session,
      'register',
      procedure,
      match,
      options,
      () => {
        const taken = this.#conflict(session, options, this.find(procedure, match));
        if (taken) {
          refused(taken);
          return;
        }
        const known = this.find(procedure, match);
        const registration = known ?? this.#create(procedure, match, (options['invoke'] ?? 'single') as string);
        const joins = !registration.callees.some((callee) => callee.session === session);
        if (joins || quirks.doublesCallee) {
          registration.callees.push({
            session,
            concurrency: quirks.noConcurrency ? Infinity : ((options['concurrency'] as number | undefined) ?? Infinity),
            discloseCaller: disclose,
            forwardTimeout: options['forward_timeout'] === true,
            running: 0,
          });
        }
        session.registrations.add(registration);
        session.send([REGISTERED, request, registration.id]);
        if (!known)
          this.#announce(
            'wamp.registration.on_create',
            [session.id, describeRegistration(registration, this.#context.quirks)],
            session,
          );
        if (joins) this.#announce('wamp.registration.on_register', [session.id, registration.id], session);
        this.#context.changed();
      },
      refused,
    );
  }

  unregister(session: RouterSession, message: MessageOf<66>): void {
    const [, request, id] = message;
    const registration = this.#byId.get(id);
    if (!registration || !session.registrations.has(registration)) {
      throw new ApplicationError('wamp.error.no_such_registration', [
        `Session ${session.id} has no registration ${id}`,
      ]);
    }
    session.send([UNREGISTERED, request]);
    this.#remove(registration, session);
  }

  /** Takes a session out of all its registrations. */
  leave(session: RouterSession): void {
    for (const registration of [...session.registrations]) this.#remove(registration, session);
  }

  /** Ends a registration by the router's will: for some sessions, or for all. */
  revoke(registration: Registration, sessions: Iterable<RouterSession>, reason: string | undefined): void {
    const { quirks } = this.#context;
    for (const session of new Set(sessions)) {
      if (!session.registrations.has(registration)) continue;
      if (
        quirks.revokesUnannounced ||
        (!quirks.noRevocation && session.supports('callee', 'registration_revocation'))
      ) {
        session.send([UNREGISTERED, 0, { registration: registration.id, ...(reason === undefined ? {} : { reason }) }]);
      }
      this.#remove(registration, session);
    }
  }

  /**
   * Picks the callee for a call by the registration's policy, leaving out those that declined.
   *
   * @throws ApplicationError when no callee is left, or all are busy
   */
  pick(registration: Registration, call: Call): Callee {
    const left = this.#inTurn(registration).filter((callee) => !call.declined.has(callee));
    if (left.length === 0) {
      throw new ApplicationError('wamp.error.no_available_callee', [`All callees of '${call.procedure}' declined`]);
    }
    const free = left.filter((callee) => callee.running < callee.concurrency);
    const callee = registration.invoke === 'random' ? free[this.#context.random.below(free.length || 1)] : free[0];
    if (callee === undefined) {
      throw new ApplicationError('crossbar.error.max_concurrency_reached', [
        `All callees of '${call.procedure}' are at their limit of concurrent invocations`,
      ]);
    }
    if (registration.invoke === 'roundrobin') registration.cursor = registration.callees.indexOf(callee) + 1;
    return callee;
  }

  /** The callees in the order in which the policy asks them. */
  #inTurn({ callees, invoke, cursor }: Registration): Callee[] {
    switch (invoke) {
      case 'last':
        return [...callees].reverse();
      case 'roundrobin': {
        const begin = cursor % callees.length;
        return [...callees.slice(begin), ...callees.slice(0, begin)];
      }
      default:
        return callees;
    }
  }

  /** Why a session cannot join, if so; `force_reregister` makes room. */
  #conflict(session: RouterSession, options: Dict, known: Registration | undefined): ApplicationError | undefined {
    const { quirks, limits } = this.#context;
    const invoke = (options['invoke'] ?? 'single') as string;
    if (known && options['force_reregister'] === true && !quirks.noConcurrency) {
      this.revoke(
        known,
        known.callees.map((callee) => callee.session),
        'wamp.error.unregistered',
      );
      return undefined;
    }
    if (session.registrations.size >= limits.registrationsPerSession) {
      return new ApplicationError(LIMIT_EXCEEDED, ['Too many registrations of one session']);
    }
    if (!known || (known.invoke === invoke && invoke !== 'single')) return undefined;
    const differs = known.invoke !== invoke;
    return new ApplicationError(
      differs && quirks.namesPolicyConflict
        ? 'wamp.error.procedure_exists_with_different_invocation_policy'
        : 'wamp.error.procedure_already_exists',
      [`'${known.uri}' is registered with the policy '${known.invoke}'` + (differs ? `, not '${invoke}'` : '')],
    );
  }

  #create(uri: Uri, match: Match, invoke: string): Registration {
    const id = this.#context.random.id();
    const registration: Registration = { id, uri, match, invoke, created: timestamp(), callees: [], cursor: 0 };
    this.#byUri.add(registration);
    this.#byId.set(id, registration);
    return registration;
  }

  #remove(registration: Registration, session: RouterSession): void {
    const gone = registration.callees.findIndex((callee) => callee.session === session);
    registration.callees = registration.callees.filter((callee) => callee.session !== session);
    if (gone >= 0 && gone < registration.cursor) registration.cursor--;
    session.registrations.delete(registration);
    const ends = registration.callees.length === 0;
    if (ends) {
      this.#byUri.delete(registration);
      this.#byId.delete(registration.id);
    }
    this.#announce('wamp.registration.on_unregister', [session.id, registration.id], session);
    if (ends) this.#announce('wamp.registration.on_delete', [session.id, registration.id], session);
    this.#context.changed();
  }
}

/** A registration as the meta API describes it. */
export function describeRegistration(
  { id, created, uri, match, invoke }: Registration,
  { bareDefaults }: Quirks,
): Dict {
  const shown = (value: string, usual: string): string => (bareDefaults && value === usual ? '' : value);
  return { id, created, uri, match: shown(match, 'exact'), invoke: shown(invoke, 'single') };
}
