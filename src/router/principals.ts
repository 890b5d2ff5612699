import { sameBytes, utf8 } from '../auth/bytes.ts';
import type { AuthRequest, AuthStep, GrantedIdentity } from './auth-options.ts';

/** Admits a client, by the authid of HELLO unless the principal has another. */
export const letIn = ({ authid }: AuthRequest, identity: GrantedIdentity = {}): AuthStep => ({
  accept: { authrole: 'user', authprovider: 'static', ...(authid === undefined ? {} : { authid }), ...identity },
});

/** Refuses a client whose proof is wrong. */
export const wrong = (message: string): AuthStep => ({ deny: 'wamp.error.authentication_denied', message });

/** The step for a principal of the list; other clients are refused. */
export function known<P>(
  principals: Readonly<Record<string, P>>,
  { authid }: AuthRequest,
  then: (principal: P, authid: string) => AuthStep | Promise<AuthStep>,
): AuthStep | Promise<AuthStep> {
  if (authid !== undefined && Object.hasOwn(principals, authid)) return then(principals[authid] as P, authid);
  const message = authid === undefined ? 'HELLO names no authid' : `There is no principal '${authid}'`;
  return { deny: 'wamp.error.no_such_principal', message };
}

/** Whether a proof is the right one; takes as long for a near miss as for a wide one. */
export const isSame = (proof: string, right: string): boolean => sameBytes(utf8(proof), utf8(right));
