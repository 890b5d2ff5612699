import { toBase64 } from '#base64';
import { toHex } from '../auth/bytes.ts';
import { checkOptions, type Kind } from '../protocol/kinds.ts';
import { ApplicationError, SerializationError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { json } from '../serializers/json.ts';
import { boxKey, open, publicKeyOf, random, seal } from './box.ts';
import {
  CRYPTOBOX,
  TRUSTED_URI_MISMATCH,
  type DecodedPayload,
  type EncodedPayload,
  type PayloadCodec,
} from './codec.ts';
import { keyBytes, type KeyMaterial } from './keys.ts';
import { pack, unpack } from './serialized.ts';

/** The parts of a {@link Key}: the private key of one role at least, and a key of the other. */
export interface KeyParts {
  /** The private key of callers and publishers. */
  readonly originatorPriv?: KeyMaterial | undefined;
  /** The public key of callers and publishers; derived where the private one is given. */
  readonly originatorPub?: KeyMaterial | undefined;
  /** The private key of callees and subscribers. */
  readonly responderPriv?: KeyMaterial | undefined;
  /** The public key of callees and subscribers; derived where the private one is given. */
  readonly responderPub?: KeyMaterial | undefined;
}

const KEY: Kind = { expected: 'a key', test: (v) => typeof v === 'string' || v instanceof Uint8Array, secret: true };
const PARTS = {
  originatorPriv: KEY,
  originatorPub: KEY,
  responderPriv: KEY,
  responderPub: KEY,
} satisfies Record<keyof KeyParts, Kind>;

/**
 * The keys for one part of the URI space: of the originators (callers, publishers) and of the responders (callees,
 * subscribers). With its own private and the other role's public key a client takes one role, with both private keys both.
 * Keys are Curve25519 keys of 32 bytes, in base64 (as in Autobahn), hexadecimal or raw.
 *
 * @example
 * const callers = new Key({ originatorPriv: ownPrivateKey, responderPub: calleesPublicKey });
 */
export class Key {
  readonly #originator: Uint8Array | undefined;
  readonly #responder: Uint8Array | undefined;

  /** @throws TypeError where a key is malformed, does not belong to its other half, or too few are given */
  constructor(parts: KeyParts) {
    checkOptions(() => 'Key', PARTS, parts);
    const pair = (role: 'originator' | 'responder'): { own?: Uint8Array; open?: Uint8Array } => {
      const { [`${role}Priv` as const]: priv, [`${role}Pub` as const]: pub } = parts;
      const given = pub === undefined ? undefined : keyBytes(pub, `Key: ${role}Pub`);
      if (priv === undefined) return given ? { open: given } : {};
      const own = keyBytes(priv, `Key: ${role}Priv`);
      const computed = publicKeyOf(own);
      if (given && toHex(given) !== toHex(computed)) {
        throw new TypeError(`Key: ${role}Pub is not the public key of ${role}Priv`);
      }
      return { own, open: computed };
    };
    const originator = pair('originator');
    const responder = pair('responder');
    if (originator.own && responder.open) this.#originator = agreed(originator.own, responder.open);
    if (responder.own && originator.open) this.#responder = agreed(responder.own, originator.open);
    if (!this.#originator && !this.#responder) {
      throw new TypeError('Key: give the private key of one role and a key of the other');
    }
  }

  /**
   * The key of the box for one role.
   *
   * @internal
   */
  boxOf(originating: boolean): Uint8Array | undefined {
    return originating ? this.#originator : this.#responder;
  }
}

/**
 * End-to-end encryption as in Autobahn ("cryptobox"), a codec for {@link passthru}: payloads below URI prefixes are sealed in
 * NaCl's box (X25519, XSalsa20, Poly1305) together with their URI; the router can read neither. Payloads without a key are
 * sent as they are, and so are those below `wamp.`, where the router is the other end. For an error the error's own URI
 * decides: where it has no key, the answer to a sealed call is sent without payload, so give the ring a default key, or one
 * for `wamp.error.`, to receive the texts of errors.
 *
 * A payload that comes in the open is delivered also below a prefix with a key: `details.encAlgo` or `details.pptScheme`
 * shows whether it was sealed.
 *
 * @example
 * const keyring = new KeyRing();
 * keyring.setKey('com.bank.', new Key({ originatorPriv, responderPub }));
 * const wamp = new WampClient({ url, realm, interceptors: [passthru({ codecs: [keyring], shape: 'auto' })] });
 */
export class KeyRing implements PayloadCodec {
  readonly schemes: readonly string[] = [CRYPTOBOX];
  readonly #keys = new Map<string, Key>();
  readonly #json = json();

  /**
   * @param defaultKey for URIs without a key of their own; a private key serves both roles: with it one can read and write
   * @throws TypeError for a key that is malformed
   */
  constructor(defaultKey?: Key | KeyMaterial | null) {
    if (defaultKey !== undefined) this.setKey('', defaultKey);
  }

  /** A new key pair in base64. */
  generateKey(): readonly [privateKey: string, publicKey: string] {
    return generated(toBase64);
  }

  /** A new key pair in hexadecimal. */
  generateKeyHex(): readonly [privateKey: string, publicKey: string] {
    return generated(toHex);
  }

  /**
   * Sets the key of all URIs with a prefix, compared by characters; of several prefixes the longest counts. It takes effect
   * with the next message, also on open connections.
   *
   * @param uriPrefix `''` for the default key
   * @param key a Key; a private key for both roles; null to remove it
   * @throws TypeError for a key that is malformed
   */
  setKey(uriPrefix: string, key: Key | KeyMaterial | null): void {
    if (typeof uriPrefix !== 'string')
      throw new TypeError(`setKey(): the prefix must be a string, got ${kindOf(uriPrefix)}`);
    if (key === null) this.#keys.delete(uriPrefix);
    else this.#keys.set(uriPrefix, key instanceof Key ? key : new Key({ originatorPriv: key, responderPriv: key }));
  }

  /** Seals a payload; undefined for a URI without a key. */
  encode(originating: boolean, uri: Uri, args: List, kwargs: Readonly<Dict>): EncodedPayload | undefined {
    const key = this.#find(uri);
    if (key === undefined) return undefined;
    const box = key.boxOf(originating);
    // the prefix has a key, so the payload must not be sent in the open
    if (box === undefined) throw new SerializationError(`${lacking(originating, uri)}: give it to setKey()`);
    const payload = seal(box, pack(this.#json, { uri, args, kwargs }));
    return { scheme: CRYPTOBOX, serializer: 'json', cipher: 'xsalsa20poly1305', payload };
  }

  /** Opens a payload. @throws where there is no key, or the wrong one, or the payload was changed */
  decode(originating: boolean, uri: Uri, { serializer, payload }: EncodedPayload): DecodedPayload {
    if (serializer !== 'json') throw new Error(`cryptobox: expected the serializer json, got ${kindOf(serializer)}`);
    const box = this.#find(uri)?.boxOf(originating);
    if (box === undefined) throw new Error(lacking(originating, uri));
    const contents = unpack(this.#json, open(box, payload));
    // a payload without a URI would fit every message
    if (typeof contents.uri !== 'string') {
      throw new ApplicationError(TRUSTED_URI_MISMATCH, ['There is no URI inside the payload']);
    }
    return contents;
  }

  #find(uri: Uri): Key | undefined {
    for (let length = uri.length; length >= 0; length--) {
      const key = this.#keys.get(uri.slice(0, length));
      if (key) return key;
    }
    return undefined;
  }
}

function agreed(own: Uint8Array, others: Uint8Array): Uint8Array {
  try {
    return boxKey(own, others);
  } catch (cause) {
    throw new TypeError(
      'Key: a public key is of low order, so that anyone could read what it seals: make another pair',
      { cause },
    );
  }
}

const lacking = (originating: boolean, uri: Uri): string =>
  `cryptobox: there is no key for ${originating ? 'originators' : 'responders'} of '${uri}'`;

function generated(text: (bytes: Uint8Array) => string): readonly [string, string] {
  const own = random(32);
  return [text(own), text(publicKeyOf(own))];
}
