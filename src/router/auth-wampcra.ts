import { asyncScheduler } from 'rxjs';
import { deriveCraKey, signCra } from '../auth/wampcra.ts';
import type { GrantedIdentity, RouterAuthenticator } from './auth-options.ts';
import { isSame, known, letIn, wrong } from './principals.ts';

/** A principal of {@link acceptWampCra}: the secret alone, or with how it is salted and who it makes of its bearer. */
export type CraPrincipal =
  | string
  | (GrantedIdentity & {
      /** The secret that the client signs with, before it is salted. */
      readonly secret: string;
      /** Salts the secret. */
      readonly salt?: string;
      /**
       * Rounds of PBKDF2; with `salt`.
       *
       * @default 1000
       */
      readonly iterations?: number;
      /**
       * Bytes of the key that PBKDF2 makes; with `salt`.
       *
       * @default 32
       */
      readonly keylen?: number;
    });

/**
 * Admits clients that know the secret (WAMP, section "Challenge Response Authentication").
 *
 * @param principals secrets by authid; the role is `user` by default
 * @example
 * acceptWampCra({ joe: 'secret', ann: { secret: 's2', salt: 'salt123', iterations: 1000, authrole: 'admin' } })
 */
export function acceptWampCra(principals: Readonly<Record<string, CraPrincipal>>): RouterAuthenticator {
  return {
    method: 'wampcra',
    hello: (request) =>
      known(principals, request, (principal, authid) => {
        const given = typeof principal === 'string' ? { secret: principal } : principal;
        const { secret, salt, iterations = 1000, keylen = 32, ...identity } = given;
        const { authrole = 'user', authprovider = 'static' } = identity;
        const challenge = JSON.stringify({
          authid,
          authrole,
          authmethod: 'wampcra',
          authprovider,
          nonce: request.nonce,
          timestamp: new Date(asyncScheduler.now()).toISOString(),
          session: request.session,
        });
        return {
          challenge: { challenge, ...(salt !== undefined && { salt, iterations, keylen }) },
          async verify(signature) {
            const key = salt === undefined ? secret : await deriveCraKey(secret, salt, iterations, keylen);
            return isSame(signature, await signCra(key, challenge))
              ? letIn(request, identity)
              : wrong('The signature is wrong');
          },
        };
      }),
  };
}
