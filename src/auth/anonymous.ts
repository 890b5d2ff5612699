import type { Authenticator, Identity } from './authenticator.ts';

/**
 * Joins without a proof. What a client without `auth` does; to be named where it is one of several ways.
 *
 * @param identity the authid or role to ask for, where the router allows that
 */
export function anonymous(identity: Identity = {}): Authenticator {
  return {
    method: 'anonymous',
    identity,
    hello: () => identity,
    challenge: () => {
      throw new TypeError('anonymous(): there is no proof to answer a CHALLENGE with');
    },
  };
}
