import type { Id } from '../protocol/ids.ts';
import type { EventDetails, InvocationDetails, ResultDetails } from './events.ts';

/** The session behind an event, an invocation or a result, where the router discloses it. */
export interface SessionIdent {
  /** The id of the session. */
  readonly session: Id;
  /** Its authid, where the router says it. */
  readonly authid?: string;
  /** Its authrole, where the router says it. */
  readonly authrole?: string;
}

/**
 * Who published an event, called a procedure, or answered a call: from the details of what came. Of a message that was
 * forwarded from router to router, the first in the chain. `undefined` where it was not disclosed.
 *
 * @example
 * wamp.register('com.app.whoami', ({ details }) => sessionIdentOf(details)?.authid ?? 'unknown');
 */
export function sessionIdentOf(
  details: Partial<EventDetails> | Partial<InvocationDetails> | Partial<ResultDetails>,
): SessionIdent | undefined {
  const all = details as Partial<EventDetails & InvocationDetails & ResultDetails>;
  const [origin] = all.forwardFor ?? [];
  if (origin !== undefined) return { ...origin };
  const ident = (session?: Id, authid?: string, authrole?: string): SessionIdent | undefined =>
    session === undefined
      ? undefined
      : { session, ...(authid !== undefined && { authid }), ...(authrole !== undefined && { authrole }) };
  return (
    ident(all.publisher, all.publisherAuthid, all.publisherAuthrole) ??
    ident(all.caller, all.callerAuthid, all.callerAuthrole) ??
    ident(all.callee, all.calleeAuthid, all.calleeAuthrole)
  );
}
