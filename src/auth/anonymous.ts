import type { Authenticator, Identity } from './authenticator.ts';
import { proofless } from './proofless.ts';

/**
 * Joins without a proof. What a client without `auth` does; to be named where it is one of several ways.
 *
 * @param identity the authid or role to ask for, where the router allows that
 */
export const anonymous = (identity: Identity = {}): Authenticator => proofless('anonymous', identity);
