import { isApplicationError } from 'rxwamp';

/** What a call that failed says to a visitor. */
export function problem(error: unknown): string {
  if (isApplicationError(error) && error.uri === 'wamp.error.no_such_procedure') return 'The service is not running.';
  return error instanceof Error ? error.message : String(error);
}
