import { BOOL, checkOptions, isDict, type Kind } from '../protocol/kinds.ts';
import { AnnouncedFeatures } from './announced-features.ts';
import type { PayloadCodec } from './codec.ts';
import { PassthruConnection, type PassthruInterceptor, type WireEnd } from './connection.ts';
import type { PayloadShape } from './shape.ts';

/** Options of {@link passthru}. */
export interface PassthruConfig {
  /**
   * Packs and unpacks payloads: {@link payloadCodec}, a {@link KeyRing}, or your own. Where several have a scheme, the first
   * that does not return undefined counts.
   */
  readonly codecs: readonly PayloadCodec[];
  /**
   * How packed payloads are sent: `'ppt'` as in the specification; `'enc'` as in Autobahn and Crossbar.io before it;
   * `'auto'` as the router announced, `ppt` where it announced both. Both are read, and an invocation is answered as it came.
   * @default 'ppt'
   */
  readonly shape?: PayloadShape | 'auto' | undefined;
  /**
   * Whether a call or publication fails with InvalidStateError where the router did not announce the feature: it could drop
   * the attributes, without which the payload is unreadable.
   * @default true
   */
  readonly checkFeatures?: boolean | undefined;
}

const isCodec = (v: unknown): boolean =>
  isDict(v) && typeof v['encode'] === 'function' && typeof v['decode'] === 'function';

const OPTIONS = {
  codecs: {
    expected: 'a list of payload codecs, one at least',
    test: (v) => Array.isArray(v) && v.length > 0 && v.every(isCodec),
  },
  shape: { expected: "'ppt', 'enc' or 'auto'", test: (v) => v === 'ppt' || v === 'enc' || v === 'auto' },
  checkFeatures: BOOL,
} satisfies Record<keyof PassthruConfig, Kind>;

/**
 * Payload passthru mode (WAMP, "Payload Passthru Mode"), and Autobahn's older payload transparency: the ends pack, and
 * perhaps encrypt, payloads that routers pass on unread. Returns an entry of a client's `interceptors`, which announces the
 * feature in HELLO. It packs calls and publications with `pptScheme`, and those that a codec claims by their URI; an
 * invocation that came packed is answered packed, unless `result()` has other options. Handlers and observers receive plain
 * payloads, and in `details` (`pptScheme`, …, or `encAlgo`, …) how they came: without these a payload was not protected.
 *
 * A payload that cannot be unpacked fails the one message that it came with, and is reported on `userErrors$`:
 * - An event is dropped.
 * - An invocation is answered with an ERROR, `wamp.error.no_payload_codec`, `wamp.error.encryption.decrypt_error`,
 *   `wamp.error.encryption.trusted_uri_mismatch` or `wamp.error.invalid_payload`; the handler is not called.
 * - A result or error is an ApplicationError with one of those URIs at the caller.
 *
 * An error that cannot be packed as its invocation was is sent without its payload.
 *
 * @throws TypeError that names the wrong option
 * @example
 * const packing = passthru({ codecs: [payloadCodec({ serializers: [cbor()] })] });
 * const wamp = new WampClient({ url, realm: 'realm1', interceptors: [packing] });
 * wamp.publish('com.app.news', [text], {}, { pptScheme: 'x_app', pptSerializer: 'cbor' });
 */
export function passthru(config: PassthruConfig): (wire: WireEnd) => PassthruInterceptor {
  if (!isDict(config)) throw new TypeError('passthru(): expected { codecs }');
  checkOptions(() => 'passthru()', OPTIONS, config);
  if ((config.codecs as unknown) === undefined) throw new TypeError('passthru(): codecs must be given');
  const { codecs, shape = 'ppt', checkFeatures = true } = config;
  return (wire) => new PassthruConnection(codecs, new AnnouncedFeatures(shape, checkFeatures), wire);
}
