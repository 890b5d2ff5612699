import type { AuthRequest, AuthStep, GrantedIdentity } from './auth-options.ts';

/** Lets somebody in, as who HELLO says unless the principal is another. */
export const letIn = ({ authid }: AuthRequest, identity: GrantedIdentity = {}): AuthStep => ({
  accept: { authrole: 'user', authprovider: 'static', ...(authid === undefined ? {} : { authid }), ...identity },
});

/** Turns somebody away whose proof is wrong. */
export const wrong = (message: string): AuthStep => ({ deny: 'wamp.error.authentication_denied', message });

/** The step for who is in the list; others are turned away. */
export function known<P>(
  principals: Readonly<Record<string, P>>,
  { authid }: AuthRequest,
  then: (principal: P, authid: string) => AuthStep | Promise<AuthStep>,
): AuthStep | Promise<AuthStep> {
  if (authid !== undefined && Object.hasOwn(principals, authid)) return then(principals[authid] as P, authid);
  const message = authid === undefined ? 'HELLO names no authid' : `There is no principal '${authid}'`;
  return { deny: 'wamp.error.no_such_principal', message };
}
