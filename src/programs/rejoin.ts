import { filter, merge, ReplaySubject, take, tap, throwIfEmpty, timer, type Observable } from 'rxjs';
import { ANYTHING, checkOptions } from '../protocol/kinds.ts';
import { ConnectionLostError } from '../protocol/errors.ts';
import type { Session } from '../session/session.ts';
import type { Typed } from '../session/contract-types.ts';
import { engineOf, type AnyClient } from '../client/engine.ts';
import { reuseChannel } from '../client/reusable-channel.ts';
import { resolveOptions, type BaseOptions } from '../client/client-options.ts';

/** Options of {@link rejoin}. */
export type RejoinOptions = Partial<Pick<BaseOptions, 'realm' | 'auth'>>;

/**
 * Leaves the session and joins again, at once: in another realm, with another identity, or just afresh. GOODBYE and HELLO go over
 * the same link where the router keeps it open, and a new one is dialled where it hangs up; what is given here holds for
 * all later sessions, too. Topics, registrations and what is queued follow, as after a loss; open calls fail with
 * ConnectionLostError (WAMP, "Session Lifecycle": a session may follow another on one transport).
 *
 * A client that is not joined goes by the new settings from its next attempt on, which is made now, also where it had given
 * up. lifecycle$ shows the link's end and begin in any case.
 *
 * @returns the next session; it is joined without a subscriber, too. Errors when the client gives up or is closed before it is joined.
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * rejoin(wamp, { auth: [ticket({ authid: 'joe', ticket: askTheUser })] }).subscribe(({ details }) => greet(details.authid));
 */
export function rejoin<Api = unknown>(
  client: AnyClient & Typed<Api>,
  options: RejoinOptions = {},
): Observable<Session<Api>> {
  const engine = engineOf(client, 'rejoin()');
  const given = checkOptions(() => 'rejoin()', { realm: ANYTHING, auth: ANYTHING }, options) as (keyof RejoinOptions)[];
  const { settings, present, notifier } = engine;
  const { errors, publishQueue } = settings;
  const wanted = Object.fromEntries(given.map((name) => [name, options[name]])) as RejoinOptions;
  // the errors stay those that define() adds to
  engine.settings = { ...resolveOptions({ ...settings, ...wanted }), errors, publishQueue };
  // a realm or an identity that never worked may fail
  if (given.length > 0) engine.joinedBefore = false;
  if (present) {
    const { dispatch, session, transport } = present;
    const { transports, closeTimeout } = settings;
    const over$ = notifier.status$.pipe(filter(({ state }) => state === 'closed' || state === 'failed'));
    const at = transports.indexOf(transport);
    const unwanted = merge(timer(Math.min(2 * closeTimeout, 2 ** 31 - 1)), over$);
    const reused = reuseChannel(dispatch.wire.gone, transport, unwanted);
    engine.settings = {
      ...engine.settings,
      transports: [reused.transport, ...transports.slice(at + 1), ...transports.slice(0, at)],
    };
    const reason = 'wamp.close.normal';
    dispatch.leave(reason, undefined, new ConnectionLostError('The client joins anew'), reused.heir);
    // now, whenever GOODBYE is answered: the next session may be joined before that
    engine.recovery.detach(dispatch, undefined);
    engine.disconnect();
    notifier.left(session, { reason });
  } else engine.disconnect();
  engine.connect();
  const outcome = new ReplaySubject<Session>(1);
  const failed$ = notifier.status$.pipe(
    tap((status) => {
      if (status.state === 'failed') throw status.error;
    }),
    filter(() => false),
  );
  merge(engine.session$, failed$ as Observable<never>)
    .pipe(
      take(1),
      throwIfEmpty(() => engine.refusal),
    )
    .subscribe(outcome);
  return outcome.asObservable() as Observable<Session<Api>>;
}
