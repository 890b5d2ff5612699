import { BOOL, TEXT, type Kind } from '../protocol/attributes.ts';
import type { Resolvable, AuthAttempt, Authenticator, Identity } from './authenticator.ts';
import { askToBind, BINDING, wishOf, type Bound, type ChannelBindingWish } from './binding.ts';
import { fromHex, randomBytes, sameBytes, toHex } from './bytes.ts';
import { channelIdOf, signedMessage, signMessage, verifyMessage } from './cryptosign-exchange.ts';
import { keyBytes, openKey, PRIVATE_KEY, type CryptosignKey } from './cryptosign-key.ts';
import {
  checkMethod,
  IDENTITY,
  identityOf,
  insist,
  proven,
  refusal,
  withSecret,
  type IdentityOptions,
} from './shared.ts';

/** Options of {@link cryptosign}. */
export interface CryptosignOptions extends IdentityOptions {
  /** The Ed25519 private key, or where to get it: asked anew at every attempt. */
  readonly privateKey: Resolvable<CryptosignKey>;
  /** Who to be; by default what the router knows the key as. */
  readonly authid?: string | undefined;
  /**
   * What the signature is bound to, so that nobody in between can pass it on: over TLS in Node. By its name it is
   * required; `{ prefer: … }` goes without where the link or the router cannot.
   */
  readonly channelBinding?: ChannelBindingWish<'tls-unique' | 'tls-exporter'> | undefined;
  /**
   * The router's public key, or several that are good: the router is asked for a signature, which must come with its
   * CHALLENGE and be of one of these.
   */
  readonly routerKey?: CryptosignKey | readonly CryptosignKey[] | undefined;
  /**
   * `true` insists on the router's signature: a WELCOME without a CHALLENGE is refused, too, by whatever method. Give
   * `routerKey` as well, since without it any key is as good as another. `false` does not miss the signature where it is
   * missing; a wrong one is always refused.
   */
  readonly mutual?: boolean | undefined;
}

const OPTIONS = {
  ...IDENTITY,
  // the key itself is looked at below, so that no error can show it
  privateKey: { expected: 'a key or a function that returns one', test: () => true },
  authid: TEXT,
  channelBinding: BINDING('tls-unique', 'tls-exporter'),
  routerKey: { expected: 'a public key or a list of them', test: () => true },
  mutual: BOOL,
} satisfies Record<keyof CryptosignOptions, Kind>;

/** What an attempt has begun with. */
interface Begun {
  readonly seed: Uint8Array;
  /** Our challenge to the router. */
  readonly ours: Uint8Array | undefined;
  binding?: Bound | undefined;
}

/**
 * Proves an Ed25519 key whose public half the router knows (WAMP, "Cryptosign-based Authentication"), and has the router
 * prove its own.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong type, or a key of the wrong length or form
 *
 * @example
 * cryptosign({ privateKey: process.env.WAMP_PRIVATE_KEY, authid: 'joe', routerKey: '4a38…b862' })
 */
export function cryptosign(options: CryptosignOptions): Authenticator {
  checkMethod('cryptosign', OPTIONS, options, ['privateKey']);
  const { privateKey, channelBinding, routerKey, mutual, authextra } = options;
  if (typeof privateKey !== 'function') keyBytes('cryptosign: privateKey', privateKey, PRIVATE_KEY);
  const listed = routerKey === undefined ? undefined : Array.isArray(routerKey) ? routerKey : [routerKey];
  const trusted = listed?.map((key) => keyBytes('cryptosign: routerKey', key, [32]));
  for (const name of ['challenge', 'channel_binding']) {
    if (authextra?.[name] !== undefined) throw new TypeError(`cryptosign: authextra.${name} is made by itself`);
  }
  const identity = identityOf(options);
  const wish = wishOf(channelBinding);
  const asks = trusted !== undefined || mutual === true;
  const attempts = new WeakMap<AuthAttempt, Begun>();

  /** The router's signature, of what we sent in HELLO. */
  const check = async (
    { pubkey, signature }: Readonly<Record<string, unknown>>,
    message: Uint8Array,
  ): Promise<boolean> => {
    if (signature === undefined || signature === null) {
      if (mutual !== false)
        throw refusal('cryptosign: CHALLENGE.Extra.signature is missing: the router did not prove itself');
      return false;
    }
    const key = fromHex(pubkey);
    if (key?.length !== 32) throw refusal('cryptosign: CHALLENGE.Extra.pubkey must have 64 hexadecimal digits');
    if (trusted && !trusted.some((good) => sameBytes(good, key))) {
      throw refusal('cryptosign: the router shows another key than routerKey');
    }
    if (!(await verifyMessage(key, signature, message)))
      throw refusal('cryptosign: the signature of the router is wrong');
    return true;
  };

  return {
    method: 'cryptosign',
    identity,
    renewable: typeof privateKey === 'function',
    hello: (attempt) =>
      withSecret(privateKey, async (given: unknown): Promise<Identity> => {
        const { seed, publicKey } = await openKey('cryptosign: privateKey', given).catch((error: unknown) => {
          // what a function gave: no more patience is due to it than to a wrong signature
          throw refusal((error as Error).message);
        });
        const pubkey = toHex(publicKey);
        if (authextra?.['pubkey'] !== undefined && authextra['pubkey'] !== pubkey) {
          throw refusal('cryptosign: authextra.pubkey is not the public key of privateKey');
        }
        const ours = asks ? randomBytes(32) : undefined;
        attempts.set(attempt, { seed, ours });
        return {
          ...identity,
          authextra: {
            ...authextra,
            pubkey,
            ...(ours && { challenge: toHex(ours) }),
          },
        };
      }),
    ...(wish && {
      opened(details, attempt) {
        (attempts.get(attempt) as Begun).binding = askToBind('cryptosign', wish, details, attempt);
      },
    }),
    async challenge(_method, extra, _round, attempt) {
      const { seed, ours, binding } = attempts.get(attempt) as Begun;
      const challenge = fromHex(extra['challenge']);
      if (challenge?.length !== 32) {
        throw refusal('cryptosign: CHALLENGE.Extra.challenge must have 64 hexadecimal digits');
      }
      const inForce = extra['channel_binding'] ?? undefined;
      if (inForce !== undefined && inForce !== binding?.type) {
        throw refusal('cryptosign: CHALLENGE names a channel binding that was not asked for');
      }
      if (inForce === undefined && wish?.required) {
        throw refusal(`cryptosign: the router declined to bind to ${wish.type}`);
      }
      const id = inForce !== undefined && binding ? await channelIdOf(binding.type, binding.data) : undefined;
      if (ours && (await check(extra, signedMessage(ours, id)))) proven.add(attempt);
      return { signature: await signMessage(seed, signedMessage(challenge, id)) };
    },
    ...(mutual && { always: true, welcome: (_details, attempt) => insist('cryptosign', attempt) }),
  };
}
