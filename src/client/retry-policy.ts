import { AbortError, ApplicationError, ConnectionLostError, GoodbyeError, ProtocolError } from '../protocol/errors.ts';
import { elapsed } from '../session/time.ts';
import { backoff } from './backoff.ts';
import type { Settings } from './client-options.ts';

/** What to do about the end of an attempt or session. */
export type Verdict =
  /** Try again, on this transport or the next. */
  | 'retry'
  /** Try again, but much later than usual. */
  | 'retry slowly'
  /** This transport will not get better: leave it out. */
  | 'transport failed'
  /** Give up. */
  | 'failed';

/** What the verdict depends on beside the error. */
export interface Circumstances {
  /** Whether the client was ever joined. */
  readonly joinedBefore: boolean;
  /** Whether a secret is resolved anew at every attempt. */
  readonly renewable: boolean;
  /** Whether the session that ended, if one did, had lived long enough to count. */
  readonly stable: boolean;
}

/** Error URIs of the specification by their last words. */
export function wampErrors(names: string): ReadonlySet<string> {
  return new Set(names.split(' ').map((name) => `wamp.error.${name}`));
}

/** The router will say the same again. */
const REFUSALS = wampErrors(
  'no_such_realm no_such_role no_such_principal authentication_denied authentication_required no_matching_auth_method no_auth_method not_authorized authorization_denied',
);
/** Technical on Crossbar.io, a wrong password on nexus: worth some tries, not for ever. */
const DOUBTFUL = wampErrors('authentication_failed authorization_failed');
const DOUBTFUL_TRIES = 5;
/** The protocol was broken, or the server failed on what we sent. */
const VIOLATION_CODES: ReadonlySet<number | undefined> = new Set([1002, 1007, 1008, 1009, 1011]);
const VIOLATION_TRIES = 3;

/** The one place that says which ends are final; one comment a case. */
export class RetryPolicy {
  #doubtful = 0;
  #violations = 0;
  #killed = false;
  #refreshed = false;

  /** A session was joined. */
  joined(): void {
    this.#doubtful = 0;
    this.#refreshed = false;
  }

  judge(error: unknown, { joinedBefore, renewable, stable }: Circumstances): Verdict {
    if (stable) {
      this.#violations = 0;
      this.#killed = false;
    }
    if (error instanceof AbortError) {
      // a refusal: only a fresh secret could change it, and only where one was good before
      if (error.local || REFUSALS.has(error.reason)) {
        if (!joinedBefore || !renewable || this.#refreshed) return 'transport failed';
        this.#refreshed = true;
        return 'retry';
      }
      // a doubtful one: some tries
      if (DOUBTFUL.has(error.reason)) return ++this.#doubtful < DOUBTFUL_TRIES ? 'retry' : 'failed';
    }
    this.#doubtful = 0;
    // a broken protocol will likely break again
    if (isViolation(error)) return ++this.#violations < VIOLATION_TRIES ? 'retry' : 'failed';
    if (error instanceof GoodbyeError) {
      // an administrator ended the session: come back once, and not at once
      if (error.reason === 'wamp.close.killed') {
        if (this.#killed) return 'failed';
        this.#killed = true;
        return 'retry slowly';
      }
      // logged out means out
      if (error.reason === 'wamp.close.logout') return 'failed';
    }
    // a loss, a refused dial, a shutdown, a timeout, an unknown reason
    return 'retry';
  }
}

function isViolation(error: unknown): boolean {
  return (
    error instanceof ProtocolError ||
    (error instanceof AbortError && error.reason === 'wamp.error.protocol_violation') ||
    (error instanceof ConnectionLostError && VIOLATION_CODES.has(error.code))
  );
}

/** How long a stream that was confirmed once is requested again, in milliseconds. */
const HEALING_TIME = 120_000;

/** What may pass: the router still holds our dead session, or cannot decide just now. */
const TRANSIENT = wampErrors(
  'procedure_already_exists procedure_exists_with_different_invocation_policy authorization_failed network_failure unavailable no_available_callee timeout canceled',
);

/** Milliseconds until a refused stream is requested again; undefined where the refusal is final. */
export function healDelay({ reconnect }: Settings, error: Error, tries: number, since: number): number | undefined {
  if (!(error instanceof ApplicationError) || !TRANSIENT.has(error.uri)) return undefined;
  const delay = backoff(typeof reconnect === 'object' ? reconnect : {})(tries);
  return elapsed() - since + delay > HEALING_TIME ? undefined : delay;
}
