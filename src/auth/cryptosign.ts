import { switchMap } from 'rxjs';
import { resolve, type Resolvable } from '../async.ts';
import { ANYTHING, BOOL, TEXT, type Kind } from '../protocol/kinds.ts';
import { WampError } from '../protocol/errors.ts';
import type { Dict } from '../protocol/payload.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Authenticator, Identity } from './authenticator.ts';
import { BINDING, namesBinding, requestBinding, type Binding, type ChannelBindingWish } from './binding.ts';
import { fromHex, randomBytes, sameBytes, toHex } from './bytes.ts';
import { channelIdOf, signedMessage, signMessage, verifyMessage } from './cryptosign-exchange.ts';
import { keyBytes, openKey, PRIVATE_KEY, type CryptosignKey } from './cryptosign-key.ts';
import { authenticatorOf } from './exchange.ts';
import { checkAuthextra, checkMethod, IDENTITY, identityOf, refusal, type IdentityOptions } from './shared.ts';

/** Options of {@link cryptosign}. */
export interface CryptosignOptions extends IdentityOptions {
  /** The Ed25519 private key, or a function that returns it, called anew at every attempt. */
  readonly privateKey: Resolvable<CryptosignKey>;
  /** The authid to join with; by default the one that the router knows the key by. */
  readonly authid?: string | undefined;
  /**
   * What the signature is bound to, so that a man in the middle cannot pass it on: over TLS in Node. A name makes it
   * required; `{ prefer: … }` goes without where the link or the router has none.
   */
  readonly channelBinding?: ChannelBindingWish<'tls-unique' | 'tls-exporter'> | undefined;
  /**
   * The router's public key, or several accepted ones: requests a signature of the router, which must come with its
   * CHALLENGE and be by one of these keys.
   */
  readonly routerKey?: CryptosignKey | readonly CryptosignKey[] | undefined;
  /**
   * `true` requires the router's signature: a WELCOME without a CHALLENGE is refused, too, by whatever method. Give
   * `routerKey` as well, since without it any key is accepted. `false` accepts that the signature is missing. A wrong one is
   * always refused.
   */
  readonly mutual?: boolean | undefined;
}

const OPTIONS = {
  ...IDENTITY,
  // keys are checked by keyBytes(), which never shows one
  privateKey: ANYTHING,
  authid: TEXT,
  channelBinding: BINDING('tls-unique', 'tls-exporter'),
  routerKey: ANYTHING,
  mutual: BOOL,
} satisfies Record<keyof CryptosignOptions, Kind>;

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
  checkAuthextra('cryptosign', options, ['challenge', 'channel_binding']);
  const { privateKey, channelBinding, routerKey, mutual, authextra } = options;
  if (typeof privateKey !== 'function') keyBytes('cryptosign: privateKey', privateKey, PRIVATE_KEY);
  const trusted = (routerKey === undefined ? undefined : [routerKey].flat())?.map((key) =>
    keyBytes('cryptosign: routerKey', key, [32]),
  );
  const identity = identityOf(options);

  /** Checks the router's signature of our challenge. @returns whether there was one */
  const verifyRouter = async ({ pubkey, signature }: Readonly<Dict>, message: Uint8Array): Promise<boolean> => {
    if (signature === undefined || signature === null) {
      if (mutual === false) return false;
      throw refusal('cryptosign: CHALLENGE.Extra.signature is missing: the router did not prove itself');
    }
    const key = fromHex(pubkey);
    if (key?.length !== 32) throw refusal('cryptosign: CHALLENGE.Extra.pubkey must have 64 hexadecimal digits');
    if (trusted && !trusted.some((each) => sameBytes(each, key))) {
      throw refusal('cryptosign: the router shows another key than routerKey');
    }
    if (await verifyMessage(key, signature, message)) return true;
    throw refusal('cryptosign: the signature of the router is wrong');
  };

  return authenticatorOf({
    method: 'cryptosign',
    identity,
    secret: privateKey,
    always: mutual === true,
    begin(attempt, shared) {
      let seed: Uint8Array;
      let binding: Binding | undefined;
      /** Our challenge to the router. */
      const ours = trusted || mutual ? randomBytes(32) : undefined;
      return {
        hello: () =>
          resolve(privateKey).pipe(
            switchMap(async (key): Promise<Identity> => {
              const opened = await openKey('cryptosign: privateKey', key).catch((error: unknown) => {
                throw refusal(messageOf(error));
              });
              seed = opened.seed;
              const pubkey = toHex(opened.publicKey);
              if ((authextra?.['pubkey'] ?? pubkey) !== pubkey) {
                throw refusal('cryptosign: authextra.pubkey is not the public key of privateKey');
              }
              return { ...identity, authextra: { ...authextra, pubkey, ...(ours && { challenge: toHex(ours) }) } };
            }),
          ),
        opened(details) {
          binding = requestBinding('cryptosign', channelBinding, details, attempt);
        },
        async challenge(extra) {
          const challenge = fromHex(extra['challenge']);
          if (challenge?.length !== 32) {
            throw refusal('cryptosign: CHALLENGE.Extra.challenge must have 64 hexadecimal digits');
          }
          const bound = namesBinding('cryptosign', extra, binding) ? binding : undefined;
          if (!bound && typeof channelBinding === 'string') {
            throw refusal(`cryptosign: the router declined to bind to ${channelBinding}`);
          }
          const id = bound && (await channelIdOf(bound.type, bound.data));
          if (ours && (await verifyRouter(extra, signedMessage(ours, id)))) shared.proven = true;
          return { signature: await signMessage(seed, signedMessage(challenge, id)) };
        },
        welcome() {
          if (!shared.proven) throw new WampError('cryptosign: WELCOME came without the proof of the router (mutual)');
        },
      };
    },
  });
}
