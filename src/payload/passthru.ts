import { BOOL, checkOptions, isDict, type Kind } from '../protocol/attributes.ts';
import type { PayloadCodec } from './codec.ts';
import { PassthruConnection, type PassthruInterceptor, type WireEnd } from './connection.ts';
import type { PayloadShape } from './shape.ts';

/** Options of {@link passthru}. */
export interface PassthruConfig {
  /**
   * What packs and unpacks payloads: {@link payloadCodec}, a `KeyRing` of `rxwamp/e2ee`, or your own. Where several are
   * for a scheme, the first that does not return undefined counts.
   */
  readonly codecs: readonly PayloadCodec[];
  /**
   * How packed payloads are sent: `'ppt'`, as the specification has it; `'enc'`, as Autobahn and Crossbar.io had it
   * before; `'auto'`: as the router announced it, `ppt` where it announced both. `'ppt'` by default. Both are understood
   * when they come, and an invocation is answered as it came.
   */
  readonly shape?: PayloadShape | 'auto' | undefined;
  /**
   * Whether nothing is packed for a router that did not announce the feature: it might drop the attributes, and then
   * nobody could read the payload. True by default; the call or publication fails with InvalidStateError then.
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
 * Payload passthru mode (WAMP, "Payload Passthru Mode"), and Autobahn's older payload transparency: payloads that
 * routers hand on without reading them, packed and perhaps encrypted by the ends. Give what it returns to a client's
 * `interceptors`; it announces the feature in HELLO. It packs what is called or published with `pptScheme`, and what a
 * codec claims by its URI; an invocation that came packed is answered so, unless `result()` is told otherwise. Handlers
 * and observers see plain payloads, and in `details` (`pptScheme`, …, or `encAlgo`, …) how they came: no attributes
 * mean that a payload was not protected.
 *
 * - A router that did not announce the feature: the operation fails with InvalidStateError.
 * - An event that cannot be unpacked is dropped and told on `userErrors$`.
 * - An invocation that cannot is answered with an ERROR, `wamp.error.no_payload_codec`,
 *   `wamp.error.encryption.decrypt_error`, `wamp.error.encryption.trusted_uri_mismatch` or `wamp.error.invalid_payload`,
 *   and told on `userErrors$`; the handler is not called.
 * - A result or error that cannot is an ApplicationError of those URIs at the caller.
 * - An error that cannot be packed as its invocation was leaves without its payload.
 *
 * @throws TypeError that names the option that is wrong
 * @example
 * const packing = passthru({ codecs: [payloadCodec({ serializers: [cbor()] })] });
 * const wamp = new WampClient({ url, realm: 'realm1', interceptors: [packing] });
 * wamp.publish('com.app.news', [text], {}, { pptScheme: 'x_app', pptSerializer: 'cbor' });
 */
export function passthru(config: PassthruConfig): (wire: WireEnd) => PassthruInterceptor {
  if (!isDict(config)) throw new TypeError('passthru(): expected { codecs }');
  checkOptions(() => 'passthru()', OPTIONS, config);
  if ((config.codecs as unknown) === undefined) throw new TypeError('passthru(): codecs must be given');
  return (wire) => new PassthruConnection(config, wire);
}
