import type { ChannelBindingType } from '../auth/authenticator.ts';
import { fromHex, randomBytes, toHex } from '../auth/bytes.ts';
import { channelIdOf, signedMessage, signMessage, verifyMessage } from '../auth/cryptosign-exchange.ts';
import { openKey, type CryptosignKey } from '../auth/cryptosign-key.ts';
import type { AuthStep, GrantedIdentity, RouterAuthenticator } from './auth-options.ts';
import { letIn, wrong } from './principals.ts';

/** Options of {@link acceptCryptosign}. */
export interface AcceptCryptosignOptions {
  /** The router's own private key: proves the router to clients that ask. */
  readonly routerKey?: CryptosignKey;
  /**
   * Whether to bind to the channel where the client asks for it; a router that does not goes on without.
   * @default true
   */
  readonly channelBinding?: boolean;
}

/**
 * Admits clients that have the private key to a known public one (WAMP, section "Cryptosign-based Authentication").
 *
 * @param principals authids, or whole identities, by public key (64 hexadecimal digits); the role is `user` by default
 * @example
 * const { privateKey, publicKey } = await generateCryptosignKey();
 * acceptCryptosign({ [publicKey]: 'joe' })
 */
export function acceptCryptosign(
  principals: Readonly<Record<string, string | GrantedIdentity>>,
  { routerKey, channelBinding = true }: AcceptCryptosignOptions = {},
): RouterAuthenticator {
  return {
    method: 'cryptosign',
    async hello(request): Promise<AuthStep> {
      const { authid, authextra, link } = request;
      const { pubkey, challenge: asked, channel_binding: wanted } = authextra;
      const principal =
        typeof pubkey === 'string' && Object.hasOwn(principals, pubkey) ? principals[pubkey] : undefined;
      const key = fromHex(pubkey);
      if (principal === undefined || key?.length !== 32) {
        return { deny: 'wamp.error.no_such_principal', message: 'There is no principal with this pubkey' };
      }
      const identity = typeof principal === 'string' ? { authid: principal } : principal;
      if (authid !== undefined && identity.authid !== undefined && authid !== identity.authid) {
        return wrong('This key belongs to another authid');
      }
      const type = channelBinding && typeof wanted === 'string' ? (wanted as ChannelBindingType) : undefined;
      const data = type && link.channelBinding?.(type);
      const id = type && data ? await channelIdOf(type, data) : undefined;
      const challenge = randomBytes(32);
      const message = signedMessage(challenge, id);
      return {
        challenge: {
          challenge: toHex(challenge),
          channel_binding: id ? type : null,
          ...(routerKey !== undefined && asked !== undefined && (await proof(routerKey, asked, id))),
        },
        verify: async (signature) =>
          (await verifyMessage(key, signature, message)) ? letIn(request, identity) : wrong('The signature is wrong'),
      };
    },
  };
}

/** The router's own signature, of the client's challenge. */
async function proof(routerKey: CryptosignKey, asked: unknown, id: Uint8Array | undefined): Promise<object> {
  const { seed, publicKey } = await openKey('cryptosign: routerKey', routerKey);
  const challenge = fromHex(asked);
  if (challenge?.length !== 32)
    throw new TypeError('HELLO.Details.authextra.challenge must have 64 hexadecimal digits');
  return { pubkey: toHex(publicKey), signature: await signMessage(seed, signedMessage(challenge, id)) };
}
