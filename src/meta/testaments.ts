import { asapScheduler, catchError, EMPTY, map, NEVER, Observable, startWith, switchMap, throwError } from 'rxjs';
import { checkOptions, DICT, LIST, type Kind } from '../protocol/kinds.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { checkPublish } from '../session/option-checks.ts';
import { portOf, refusalOf } from '../session/verbs.ts';
import type { JoinedSession, Given, PublishOptions, Wamp } from '../session/options.ts';
import { command } from './call-meta.ts';

/** When a testament is published: when the session has ended for good, or already when it is detached from its link. */
export type TestamentScope = 'destroyed' | 'detached';

/** Options of {@link testament} and {@link addTestament}: the scope, and those of `publish()` for its publication. */
export interface TestamentOptions extends PublishOptions {
  /**
   * Routers that cannot resume a session publish both at its end, detached ones first.
   * @default 'destroyed'
   */
  readonly scope?: TestamentScope | undefined;
}

/** A testament that is in force. */
export interface TestamentInForce {
  /** The topic that it will be published to. */
  readonly topic: Uri;
  /** Whether it is published when the session is detached or destroyed (WAMP, "Testaments"). */
  readonly scope: TestamentScope;
  /** The session at whose end it will be published. */
  readonly session: JoinedSession;
  /** Whether it was in force in an earlier session, and was added anew. */
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
  const { wire } = checkPublish(topic, args, kwargs, publishing);
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
 * Adds a testament to the present session: an event that the router publishes when the session ends in any way, `close()`
 * included (WAMP, "Session Testament"). Emits once when it is in force. It belongs to this one session; {@link testament}
 * adds it anew in each.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
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

/** Removes all testaments of this scope from the present session; emits once when it is done. */
export function flushTestaments(wamp: Wamp, scope: TestamentScope = 'destroyed'): Observable<void> {
  checkOptions(() => 'flushTestaments()', { scope: SCOPE }, { scope });
  return command(wamp, 'wamp.session.flush_testaments', [], scope === 'destroyed' ? {} : { scope });
}

/**
 * A testament for as long as it is observed: added in the present session, and anew in each later one; emits when it is in
 * force (WAMP, "Session Testament"). The router publishes it when a session ends, by a loss, by GOODBYE or by `close()`.
 * Subscribing dials.
 *
 * Unsubscribing removes it. The protocol can only remove all testaments of a scope: others of the same scope in the same
 * session are removed with it.
 *
 * Errors with ApplicationError where the router refuses, with the client's error where it is closed or has failed. Completes
 * at `close()`. With a `Session` in place of a client it emits nothing more after the session's end.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
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
    const refusal = refusalOf(port);
    if (refusal) return asapScheduler.schedule(() => subscriber.error(refusal));
    /** The session that may hold the testament. */
    let holder: JoinedSession | undefined;
    let again = false;
    // a Session has no session$; `instanceof` would carry the class into every bundle
    const adding = (port.session$ ?? (NEVER.pipe(startWith(wamp)) as Observable<unknown> as Observable<JoinedSession>))
      .pipe(
        switchMap((session) => {
          holder = session;
          return command(session, 'wamp.session.add_testament', checked.args, checked.kwargs).pipe(
            map(() => {
              const info = { topic, scope, session, again };
              again = true;
              return info;
            }),
            catchError((error: unknown) => {
              holder = undefined;
              // after a lost session another one follows
              return session.open ? throwError(() => error) : EMPTY;
            }),
          );
        }),
      )
      .subscribe(subscriber);
    return () => {
      adding.unsubscribe();
      if (holder?.open) flushTestaments(holder, scope).subscribe({ error: () => undefined });
    };
  });
}
