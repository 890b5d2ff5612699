import { ApplicationError } from '../protocol/errors.ts';
import { now } from '../session/time.ts';
import { backoff } from './backoff.ts';
import { wampErrors } from './retry-policy.ts';
import type { Settings } from './client-options.ts';

/** How long a stream that was confirmed once is asked for again, in milliseconds. */
const HEALING_TIME = 120_000;

/** What may pass: the router still holds our dead session, or cannot decide just now. */
const TRANSIENT = wampErrors(
  'procedure_already_exists procedure_exists_with_different_invocation_policy authorization_failed network_failure unavailable no_available_callee timeout canceled',
);

/** Milliseconds until a refused stream is asked for again; undefined where the refusal is final. */
export function healDelay({ reconnect }: Settings, error: Error, tries: number, since: number): number | undefined {
  if (!(error instanceof ApplicationError) || !TRANSIENT.has(error.uri)) return undefined;
  const delay = backoff(typeof reconnect === 'object' ? reconnect : {})(tries);
  return now() - since + delay > HEALING_TIME ? undefined : delay;
}
