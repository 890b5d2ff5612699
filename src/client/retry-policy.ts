import {
  AbortError,
  ApplicationError,
  type ConnectFailedError,
  type ConnectionLostError,
  GoodbyeError,
  ProtocolError,
} from '../protocol/errors.ts';
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
  /** What was dialled. */
  readonly transport: unknown;
  /** Whether the client was ever joined. */
  readonly joinedBefore: boolean;
  /** Whether a secret is resolved anew at every attempt. */
  readonly renewable: boolean;
  /** Whether the session that ended, if one did, had lived long enough to count. */
  readonly stable: boolean;
}

/** Error URIs of the specification by their last words. */
function wampErrors(names: string): ReadonlySet<string> {
  return new Set(names.split(' ').map((name) => `wamp.error.${name}`));
}

/** Before the first session, the router will say the same again. */
const REFUSALS = wampErrors(
  'no_such_realm no_such_role no_such_principal authentication_denied authentication_required no_matching_auth_method no_auth_method not_authorized authorization_denied',
);
const REFUSED: ReadonlySet<number | undefined> = new Set([401, 403, 404]);
/** Technical on Crossbar.io, a wrong password on nexus: worth some tries, not for ever. */
const DOUBTFUL = wampErrors('authentication_failed authorization_failed');
/** The protocol was broken, or the server failed on what we sent. */
const VIOLATIONS: ReadonlySet<number | undefined> = new Set([1002, 1003, 1007, 1008, 1009, 1011]);

/** Ends that are final before the first session. */
type Ending = 'refusal' | 'doubtful' | 'violation';

/** How many in a row are tried before the first session. */
const TRIES = { doubtful: 5, violation: 3 };

/** The one place that says which ends are final: what never worked fails, what worked once is tried again. */
export class RetryPolicy {
  #last: Ending | undefined;
  /** How many of the last one came in a row. */
  #times = 0;
  #killed = false;
  /** Transports that have refused a secret which is a function once. */
  readonly #asked = new Set<unknown>();

  judge(error: unknown, { transport, joinedBefore, renewable, stable }: Circumstances): Verdict {
    if (stable) this.#killed = false;
    // logged out means out
    if (saidGoodbye(error, 'logout')) return 'failed';
    // an administrator ended the session: come back once, and not at once
    if (saidGoodbye(error, 'killed')) {
      if (this.#killed) return 'failed';
      this.#killed = true;
      return 'retry slowly';
    }
    const ending = endingOf(error);
    this.#times = ending === this.#last ? this.#times + 1 : 1;
    this.#last = ending;
    // a loss, a refused dial, a shutdown, a timeout, an unknown reason
    if (ending === undefined) return 'retry';
    // the router restarts, its authenticator or realm is not up yet, it is deployed anew
    if (joinedBefore) return 'retry slowly';
    if (ending !== 'refusal') return this.#times < TRIES[ending] ? 'retry' : 'failed';
    // only a fresh secret could change it
    if (!renewable || this.#asked.has(transport)) return 'transport failed';
    this.#asked.add(transport);
    return 'retry';
  }
}

const saidGoodbye = (error: unknown, reason: string): boolean =>
  error instanceof GoodbyeError && error.reason === `wamp.close.${reason}`;

function endingOf(error: unknown): Ending | undefined {
  if (error instanceof AbortError) {
    const { local, reason } = error;
    if (local || REFUSALS.has(reason)) return 'refusal';
    if (DOUBTFUL.has(reason)) return 'doubtful';
    return reason === 'wamp.error.protocol_violation' ? 'violation' : undefined;
  }
  const { status, code } = error as Partial<ConnectFailedError & ConnectionLostError>;
  if (REFUSED.has(status)) return 'refusal';
  return error instanceof ProtocolError || VIOLATIONS.has(code) ? 'violation' : undefined;
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
