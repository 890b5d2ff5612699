import type { Authenticator, Identity } from './authenticator.ts';
import { proofless } from './proofless.ts';

/**
 * Joins without a proof, as a client without `auth` does; needed only in a list with other methods.
 *
 * @param identity the authid and role to request, where the router allows that
 */
export const anonymous = (identity: Identity = {}): Authenticator => proofless('anonymous', identity);
