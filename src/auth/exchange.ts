import type { MaybeAsync } from '../async.ts';
import type { Dict } from '../protocol/payload.ts';
import type { AuthAttempt, Authenticator, ChallengeAnswer, Identity } from './authenticator.ts';

/** What a method does in one attempt to join. Its state is the closure of {@link Method.begin}. */
export interface Exchange {
  /** The method's part of HELLO.Details; by default its identity. */
  hello?(): MaybeAsync<Identity>;
  opened?(details: Dict): void;
  challenge(extra: Readonly<Dict>): MaybeAsync<ChallengeAnswer>;
  /** Called only for a method with `always`. */
  welcome?(details: Readonly<Dict>): void;
}

/** What the methods of one attempt share. */
export interface Shared {
  /** The nonce of HELLO, one for both dialects of SCRAM. */
  nonce?: string;
  /** Whether the router has proved itself, or must do so in WELCOME. */
  proven?: boolean;
}

/** An authentication method, written as what happens in one attempt. */
export interface Method extends Pick<Authenticator, 'method' | 'always'> {
  readonly identity: Identity;
  /** The secret, or what returns it. */
  readonly secret: unknown;
  begin(attempt: AuthAttempt, shared: Shared): Exchange;
}

/** The one place that keeps state between the steps of an attempt. */
const attempts = /* @__PURE__ */ new WeakMap<AuthAttempt, { shared: Shared; begun: Map<Method, Exchange> }>();

function exchangeOf(method: Method, attempt: AuthAttempt): Exchange {
  const state = attempts.get(attempt) ?? { shared: {}, begun: new Map<Method, Exchange>() };
  attempts.set(attempt, state);
  const exchange = state.begun.get(method) ?? method.begin(attempt, state.shared);
  state.begun.set(method, exchange);
  return exchange;
}

/** Makes the public authenticator of a method. */
export function authenticatorOf(method: Method): Authenticator {
  const { identity, secret, always } = method;
  const of = (attempt: AuthAttempt): Exchange => exchangeOf(method, attempt);
  return {
    method: method.method,
    identity,
    renewable: typeof secret === 'function',
    hello: (attempt) => of(attempt).hello?.() ?? identity,
    opened: (details, attempt) => of(attempt).opened?.(details),
    challenge: (_method, extra, _round, attempt) => of(attempt).challenge(extra),
    ...(always && { always, welcome: (details, attempt) => of(attempt).welcome?.(details) }),
  };
}
