import { identity } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { resolveOptions, type BaseOptions } from '../../src/client/client-options.ts';
import { InvalidUriError } from '../../src/protocol/errors.ts';
import { refusing } from './helpers.ts';

const base: BaseOptions = { realm: 'realm1', transports: [refusing()] };
const broken = (options: Record<string, unknown>): BaseOptions => ({ ...base, ...options });

describe('options of a client', () => {
  it('have defaults in one place', () => {
    const { transports: _, ...settings } = resolveOptions(base);
    expect(settings).toEqual({
      realm: 'realm1',
      auth: [],
      reconnect: {},
      joinTimeout: 10_000,
      waitTimeout: 30_000,
      requestTimeout: 30_000,
      closeTimeout: 2_000,
      idleTimeout: Infinity,
      keepalive: {},
      maxBufferedAmount: 64 * 1024 * 1024,
      publishQueue: { size: 1000, ttl: 60_000 },
      errors: [],
      checkFeatures: true,
      interceptors: [],
      agent: 'rxwamp',
    });
  });

  it('keep what is given, and fill in the rest of publishQueue', () => {
    expect(
      resolveOptions({ ...base, publishQueue: { size: 3 }, joinTimeout: 0, keepalive: false, reconnect: false }),
    ).toEqual(
      jasmine.objectContaining({
        publishQueue: { size: 3, ttl: 60_000 },
        joinTimeout: 0,
        keepalive: false,
        reconnect: false,
      }),
    );
    expect(resolveOptions({ ...base, reconnect: identity }).reconnect).toBe(identity);
  });

  const wrong: readonly (readonly [options: Record<string, unknown>, message: RegExp])[] = [
    [{ realms: 'realm1' }, /unknown option 'realms'.*\brealm\b/],
    [{ realm: 7 }, /realm.* must be .*got the number 7/],
    [{ transports: [] }, /transports must be a list .*at least/],
    [{ transports: undefined }, /url or transports/],
    [{ transports: [{}] }, /transports must /],
    [{ auth: {} }, /auth must be a list/],
    [{ auth: 'secret' }, /auth must be a list of authenticators, got a string$/],
    [{ auth: ['secret'] }, /auth must be a list of authenticators, got a list$/],
    [{ reconnect: true }, /reconnect must be .*operator, got the boolean true/],
    [{ reconnect: { initialDelay: -1 } }, /reconnect: initialDelay must be .*got the number -1/],
    [{ reconnect: { maxDelay: '5s' } }, /reconnect: maxDelay must be .*"5s"/],
    [{ reconnect: { growth: 0.5 } }, /reconnect: growth must be a number from 1/],
    [{ reconnect: { jitter: 2 } }, /reconnect: jitter must be a number from 0 to 1/],
    [{ reconnect: { random: 4 } }, /reconnect: random must be a function/],
    [{ reconnect: { maxRetries: -1 } }, /reconnect: maxRetries must be a number from 0/],
    [{ reconnect: { stableAfter: NaN } }, /reconnect: stableAfter must be .*NaN/],
    [{ reconnect: { retryable: true } }, /reconnect: retryable must be a function/],
    [{ reconnect: { retries: 4 } }, /reconnect: unknown option 'retries'.*maxRetries/],
    [{ joinTimeout: '10' }, /joinTimeout must be .*got the string "10"/],
    [{ waitTimeout: null }, /waitTimeout must be .*got null/],
    [{ closeTimeout: -5 }, /closeTimeout must be .*got the number -5/],
    [{ idleTimeout: [] }, /idleTimeout must be .*got a list/],
    [{ keepalive: true }, /keepalive must be .*false/],
    [{ keepalive: { interval: 'often' } }, /keepalive: interval must be .*"often"/],
    [{ keepalive: { timeOut: 1 } }, /keepalive: unknown option 'timeOut'.*timeout/],
    [{ publishQueue: 5 }, /publishQueue must be an object/],
    [{ publishQueue: { size: -1 } }, /publishQueue: size must be a number from 0/],
    [{ publishQueue: { max: 1 } }, /publishQueue: unknown option 'max'/],
    [{ errors: [['com.app.bad', Error]] }, /errors must be a list of/],
    [{ interceptors: [{}, () => ({}), 5] }, /interceptors must be a list of interceptors/],
    [{ interceptors: [null] }, /interceptors must be a list of interceptors/],
    [{ agent: 1 }, /agent must be .*got the number 1/],
    [{ ['__proto__x']: 1 }, /unknown option '__proto__x'/],
  ];
  for (const [options, message] of wrong) {
    it(`are refused with a sentence that helps: ${JSON.stringify(options)}`, () => {
      expect(() => new Client(broken(options))).toThrowError(TypeError, message);
    });
  }

  it('must be an object', () => {
    expect(() => new Client(undefined as unknown as BaseOptions)).toThrowError(TypeError, /must be an object/);
  });

  it('refuse a realm that is no URI', () => {
    expect(() => new Client({ ...base, realm: 'my realm' })).toThrowError(InvalidUriError, /realm.*"my realm"/);
  });

  it('may leave the realm to the router, and say so', () => {
    expect(resolveOptions({ ...base, realm: null }).realm).toBeNull();
    expect(() => resolveOptions(broken({ realm: undefined }))).toThrowError(InvalidUriError, /realm/);
  });

  it('may be undefined, one by one', () => {
    expect(resolveOptions(broken({ joinTimeout: undefined, auth: undefined, keepalive: undefined })).joinTimeout).toBe(
      10_000,
    );
  });
});
