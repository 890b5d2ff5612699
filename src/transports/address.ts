import { ConnectFailedError } from '../protocol/errors.ts';

/** An address without what may be secret in it: also a password with a slash, which makes it malformed. */
export const shown = (url: string): string => url.replace(/(\/\/)[^/]*(:\D.*)?@|[?#].*/g, '$1');

/** The error of a dial; `what` was dialled. */
export function dialFailed(what: string, cause: unknown): ConnectFailedError {
  // Node says a lot; browsers nothing, on purpose: a page must not learn about networks
  const { message, code } = (cause ?? {}) as { message: string; code: string };
  // of several addresses that refuse, Node's error has a code alone
  return new ConnectFailedError(
    `Cannot connect to ${what}: ${message || code || 'no reason is given here'}`,
    1,
    cause === undefined ? [] : [cause],
  );
}
