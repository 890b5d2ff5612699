import type { Id } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Quirks } from './quirks.ts';
import type { RouterSession } from './router-session.ts';

/** Whether an event goes to a session: to its own publisher only where that asked for it (WAMP, "Publisher Exclusion"). */
export const mayReceive = (session: RouterSession, options: Dict, publisher: Id | undefined, quirks: Quirks): boolean =>
  (session.id !== publisher || options['exclude_me'] === false) && isEligible(session, options, quirks);

/**
 * Whether a session may see an event: all filters of the PUBLISH must let it pass (WAMP, section "Subscriber Black-
 * and Whitelisting").
 */
export function isEligible({ id, authid, authrole }: RouterSession, options: Dict, quirks: Quirks): boolean {
  return (
    passes(options, '', id, quirks) &&
    passes(options, '_authid', authid, quirks) &&
    passes(options, '_authrole', authrole, quirks)
  );
}

function passes(options: Dict, suffix: string, value: unknown, quirks: Quirks): boolean {
  const excluded = options[`exclude${suffix}`] as List | undefined;
  const eligible = options[`eligible${suffix}`] as List | undefined;
  if (excluded?.includes(value)) return false;
  if (eligible === undefined || (eligible.length === 0 && quirks.emptyListsIgnored)) return true;
  return eligible.includes(value);
}
