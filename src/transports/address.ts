import { ConnectFailedError } from '../protocol/errors.ts';

/** An address without what may be secret in it. */
export const shown = (url: string): string => url.replace(/\/\/[^/]*@/, '//').replace(/[?#].*/, '');

/** The error of a dial; `what` was dialled. */
export function dialFailed(what: string, cause: unknown): ConnectFailedError {
  // Node says a lot; browsers nothing, on purpose: a page must not learn about networks
  const { message, code } = (cause ?? {}) as { message?: string; code?: string };
  // of several addresses that refuse, Node's error has a code alone
  const why = [message, code, 'no reason is given here'].find(Boolean) as string;
  return new ConnectFailedError(`Cannot connect to ${what}: ${why}`, 1, cause === undefined ? [] : [cause]);
}
