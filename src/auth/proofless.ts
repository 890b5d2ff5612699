import type { Authenticator, Identity } from './authenticator.ts';

/** A method that cannot answer a CHALLENGE. */
export function proofless(method: string, identity: Identity): Authenticator {
  return {
    method,
    identity,
    hello: () => identity,
    challenge: () => {
      throw new TypeError(`${method}() has no proof to answer a CHALLENGE with`);
    },
  };
}

/**
 * Joins by an HTTP cookie that the transport carries: a browser sends the router's own with the WebSocket's request, in
 * Node `webSocket({ headers: { Cookie } })` of `rxwamp/node` does. The client signs nothing: the router knows the cookie or does not.
 *
 * @param identity the authid and role to request, where the router allows that
 * @example
 * auth: [cookie(), ticket({ authid: 'joe', ticket: askTheUser })] // the ticket where the router does not know the cookie
 */
export const cookie = (identity: Identity = {}): Authenticator => proofless('cookie', identity);

/**
 * Joins by the client's TLS certificate: `webSocket({ cert, key })` of `rxwamp/node`, or the browser's own. The
 * client signs nothing above TLS.
 *
 * @param identity the authid and role to request, where the router allows that
 */
export const tls = (identity: Identity = {}): Authenticator => proofless('tls', identity);
