import { asapScheduler, catchError, EMPTY, map, NEVER, Observable, startWith, switchMap, throwError } from 'rxjs';
import { checkOptions, DICT, LIST, type Kind } from '../protocol/kinds.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { checkPublish } from '../session/option-checks.ts';
import { portOf } from '../session/verbs.ts';
import type { JoinedSession, Given, PublishOptions, Wamp } from '../session/options.ts';
import { command } from './call-meta.ts';

/** When a testament is published: when the session is over for good, or already when it is detached from its link. */
export type TestamentScope = 'destroyed' | 'detached';

/** Options of {@link testament} and {@link addTestament}: those of `publish()`, for when it is published, and the scope. */
export interface TestamentOptions extends PublishOptions {
  /**
   * Routers that cannot resume a session publish both at its end, detached ones first.
   * @default 'destroyed'
   */
  readonly scope?: TestamentScope | undefined;
}

/** A testament that is in force. */
export interface TestamentInForce {
  readonly topic: Uri;
  readonly scope: TestamentScope;
  /** The session at whose end it will be published. */
  readonly session: JoinedSession;
  /** True from the second time on: it was added anew, in a session after another. */
  readonly again: boolean;
}

const SCOPE: Kind = {
  expected: "'destroyed' or 'detached'",
  test: (value) => value === 'destroyed' || value === 'detached',
};
const PAYLOAD = { args: LIST, kwargs: DICT };

function checkTestament(
  what: string,
  topic: Uri,
  args: List,
  kwargs: object,
  options: Given<TestamentOptions> | undefined,
): { readonly args: List; readonly kwargs: Dict; readonly scope: TestamentScope } {
  checkOptions(() => `${what}()`, PAYLOAD, { args, kwargs });
  const { scope = 'destroyed', ...publishing } = options ?? {};
  checkOptions(() => `${what}()`, { scope: SCOPE }, { scope });
  const { wire } = checkPublish(topic, args, kwargs, options && publishing);
  return {
    args: [topic, args, kwargs],
    kwargs: {
      ...(Object.keys(wire).length > 0 && { publish_options: wire }),
      ...(scope !== 'destroyed' && { scope }),
    },
    scope,
  };
}

/**
 * Leaves a testament in the present session: an event that the router publishes when the session ends, however it ends,
 * `close()` included (WAMP, "Session Testament"). Emits once when it is in force. It is of this one session:
 * {@link testament} renews it.
 *
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 */
export function addTestament(
  wamp: Wamp,
  topic: Uri,
  args: List = [],
  kwargs: object = {},
  options?: Given<TestamentOptions>,
): Observable<void> {
  const checked = checkTestament('addTestament', topic, args, kwargs, options);
  return command(wamp, 'wamp.session.add_testament', checked.args, checked.kwargs);
}

/** Takes back all testaments of this scope that the present session has left; emits once when it is done. */
export function flushTestaments(wamp: Wamp, scope: TestamentScope = 'destroyed'): Observable<void> {
  checkOptions(() => 'flushTestaments()', { scope: SCOPE }, { scope });
  return command(wamp, 'wamp.session.flush_testaments', [], scope === 'destroyed' ? {} : { scope });
}

/**
 * A testament for as long as it is observed: added in the session that is joined, and anew in each later one; emits when
 * it is in force (WAMP, "Session Testament"). The router publishes it when a session ends, be it by a loss, by GOODBYE or
 * by `close()`. Observing dials.
 *
 * Unsubscribing takes it back. The protocol can only take back all testaments of a scope: others of the same scope in
 * the same session go with it.
 *
 * Errors with ApplicationError where the router refuses, with the client's error where it is closed or has given up.
 * Completes at `close()`. Of a Session it stays silent after the session's end.
 *
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * testament(wamp, 'com.chat.left', [nick], {}, { excludeMe: false }).subscribe();
 */
export function testament(
  wamp: Wamp,
  topic: Uri,
  args: List = [],
  kwargs: object = {},
  options?: Given<TestamentOptions>,
): Observable<TestamentInForce> {
  const port = portOf(wamp, 'testament()');
  const checked = checkTestament('testament', topic, args, kwargs, options);
  const { scope } = checked;
  return new Observable<TestamentInForce>((subscriber) => {
    const { refusal } = port;
    if (refusal) return asapScheduler.schedule(() => subscriber.error(refusal));
    /** Where there may be something to take back. */
    let left: JoinedSession | undefined;
    let again = false;
    // what has a port and no sessions is one itself; not `instanceof`, which would carry the class into every bundle
    const adding = (port.session$ ?? (NEVER.pipe(startWith(wamp)) as Observable<unknown> as Observable<JoinedSession>))
      .pipe(
        switchMap((session) => {
          left = session;
          return command(session, 'wamp.session.add_testament', checked.args, checked.kwargs).pipe(
            map(() => {
              const info = { topic, scope, session, again };
              again = true;
              return info;
            }),
            catchError((error: unknown) => {
              left = undefined;
              // a session that was lost will be followed by another
              return session.open ? throwError(() => error) : EMPTY;
            }),
          );
        }),
      )
      .subscribe(subscriber);
    return () => {
      adding.unsubscribe();
      if (left?.open) flushTestaments(left, scope).subscribe({ error: () => undefined });
    };
  });
}
