import { filter, merge, ReplaySubject, take, tap, throwIfEmpty, timer, type Observable } from 'rxjs';
import { ANYTHING, BOOL, checkOptions, NUMBER } from '../protocol/kinds.ts';
import { ConnectionLostError } from '../protocol/errors.ts';
import type { Session } from '../session/session.ts';
import type { Typed } from '../session/contract-types.ts';
import type { Transport } from '../transports/transport.ts';
import { engineOf, type AnyClient } from '../client/engine.ts';
import type { Present } from '../client/present.ts';
import { reuseChannel } from '../client/reusable-channel.ts';
import { resolveOptions, type BaseOptions, type Settings } from '../client/client-options.ts';
import { overlap } from './overlap.ts';

/** Options of {@link rejoin}. */
export interface RejoinOptions extends Partial<Pick<BaseOptions, 'realm' | 'auth'>> {
  /**
   * Joins the next session beside the present one, on a link of its own, and leaves the present one when all has gone
   * over: no event is lost or comes twice, no call fails. False by default.
   */
  readonly overlap?: boolean | undefined;
  /**
   * With `overlap`, milliseconds that calls and invocations of the session that is left may take to end; 30 000 by
   * default. Then they fail with ConnectionLostError.
   */
  readonly drain?: number | undefined;
}

const OPTIONS = { realm: ANYTHING, auth: ANYTHING, overlap: BOOL, drain: NUMBER };

/**
 * Leaves the session and joins again, at once: in another realm, with another identity, or just afresh. GOODBYE and HELLO go over
 * the same link where the router keeps it open, and a new one is dialled where it hangs up; what is given here holds for
 * all later sessions, too. Topics, registrations and what is queued follow, as after a loss; open calls fail with
 * ConnectionLostError (WAMP, "Session Lifecycle": a session may follow another on one transport).
 *
 * With `overlap` the link stays and a second one is dialled. The present session works on until the next is joined, and for
 * good where that is refused: the Observable errors, and nothing else has happened. Then topics and registrations go over:
 * each publication is delivered once and in its order, calls and invocations under way end where they began, and what is
 * published meanwhile waits for its turn. Streams of the session itself complete. A procedure that only one may register
 * goes over without a gap where the router knows `force_reregister`; nexus does not: there it is free for a moment.
 *
 * A client that is not joined goes by the new settings from its next attempt on, which is made now, also where it had given
 * up. lifecycle$ shows the link's end and begin in any case.
 *
 * @returns the next session; it is joined without a subscriber, too. Errors when the client gives up or is closed before it is joined.
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * rejoin(wamp, { auth: [ticket({ authid: 'joe', ticket: askTheUser })] }).subscribe(({ details }) => greet(details.authid));
 * // a credential that expires is renewed
 * rejoin(wamp, { auth: [ticket({ authid: 'joe', ticket: renewed })], overlap: true }).subscribe();
 */
export function rejoin<Api = unknown>(
  client: AnyClient & Typed<Api>,
  options: RejoinOptions = {},
): Observable<Session<Api>> {
  const engine = engineOf(client, 'rejoin()');
  const given = checkOptions(() => 'rejoin()', OPTIONS, options) as (keyof RejoinOptions)[];
  const { settings, present, notifier } = engine;
  const { errors, publishQueue, transports, closeTimeout } = settings;
  const wanted = Object.fromEntries(
    given.filter((name) => name === 'realm' || name === 'auth').map((name) => [name, options[name]]),
  );
  // the errors stay those that define() adds to
  const next = { ...resolveOptions({ ...settings, ...wanted }), errors, publishQueue };
  // a realm or an identity that never worked may fail
  const joinedBefore = engine.joinedBefore && Object.keys(wanted).length === 0;
  /** The settings with this transport first, and the others in their turn. */
  const headed = (transport: Transport, { transport: used }: Present): Settings => {
    const at = transports.indexOf(used);
    return { ...next, transports: [transport, ...transports.slice(at + 1), ...transports.slice(0, at)] };
  };
  if (options.overlap && present?.dispatch.open) {
    const { drain = 30_000 } = options;
    return overlap(engine, headed(present.transport, present), joinedBefore, drain) as Observable<Session<Api>>;
  }
  engine.settings = next;
  engine.joinedBefore = joinedBefore;
  if (present) {
    const { dispatch, session, transport } = present;
    const over$ = notifier.status$.pipe(filter(({ state }) => state === 'closed' || state === 'failed'));
    const unwanted = merge(timer(Math.min(2 * closeTimeout, 2 ** 31 - 1)), over$);
    const reused = reuseChannel(dispatch.wire.gone, transport, unwanted);
    engine.settings = headed(reused.transport, present);
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
