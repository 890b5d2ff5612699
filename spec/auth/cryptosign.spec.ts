import { firstValueFrom, map, of } from 'rxjs';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { cryptosign, type CryptosignOptions } from '../../src/auth/cryptosign.ts';
import { cryptosignPublicKey, generateCryptosignKey } from '../../src/auth/cryptosign-key.ts';
import { fromHex } from '../../src/auth/bytes.ts';
import { scram } from '../../src/auth/scram.ts';
import { resolve } from '../../src/async.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import { acceptCryptosign, type RouterAuthenticator } from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import type { Channel, Transport } from '../../src/transports/transport.ts';
import { closeAll, FakeChannel, scripted, world, type WorldOptions } from '../client/helpers.ts';
import { attempt, joinedBy, outcome, refusedBy, tells, whenState, withoutSubtle } from './helpers.ts';

const JOE = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
const JOE_PUBLIC = '1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d';
const ROUTER = 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd';
const ROUTER_PUBLIC = '6ed32739ff04a6074044ff0b0e3bfc7c856bc9d5f1d25efc57363bda0af3a8b0';
const OTHER = '6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b';
const OTHER_PUBLIC = '28e11f427b82b9a625ee7ac89a7d29326b505f2dc11dd88c1245f83b6da79a85';

/** A router; `theirs` is what its links are bound by, as over TLS. */
function routerOf(
  options: Parameters<typeof acceptCryptosign>[1] = { routerKey: ROUTER },
  theirs?: Uint8Array,
): TestRouter {
  const honest = acceptCryptosign({ [JOE_PUBLIC]: 'joe' }, options);
  const auth: RouterAuthenticator = {
    ...honest,
    hello: (request) => honest.hello({ ...request, link: { channelBinding: () => theirs } }),
  };
  return createTestRouter({ realms: { realm1: { auth: [auth] } } });
}

const joe = (more: Partial<CryptosignOptions> = {}): Authenticator => cryptosign({ privateKey: JOE, ...more });

const by = (options: Partial<CryptosignOptions> = {}, more: WorldOptions = {}): ReturnType<typeof world> =>
  world({ router: routerOf(), auth: [joe(options)], ...more });

/** A signature whose first digit is another. */
const broken = (signature: string): string => `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}`;

/** A way to a router that is bound as over TLS. */
function bound(router: TestRouter, ours: Uint8Array): Transport {
  const { name, open } = router.transport();
  const bind = (channel: Channel): Channel => Object.assign(channel, { channelBinding: () => ours });
  return { name, open: (...args) => open(...args).pipe(map(bind)) };
}

describe('cryptosign', () => {
  afterEach(closeAll);

  function joins(): void {
    it('joins, and has the router prove itself', async () => {
      const plain = await joinedBy(by().client);
      expect(plain.session.details).toEqual(
        jasmine.objectContaining({ authid: 'joe', authmethod: 'cryptosign', authrole: 'user' }),
      );
      const mutual = by({ privateKey: () => of(fromHex(JOE)!), routerKey: ROUTER_PUBLIC, mutual: true, authid: 'joe' });
      expect((await joinedBy(mutual.client)).state).toBe('joined');
      expect(mutual.of(1)[0]?.[2]['authextra']).toEqual({
        pubkey: JOE_PUBLIC,
        challenge: jasmine.stringMatching(/^[\da-f]{64}$/),
      });
    });
  }
  joins();
  describe('without crypto.subtle', () => {
    withoutSubtle();
    joins();
  });

  it('signs the challenge of the router, in 192 lower-case digits', async () => {
    const w = by({ authextra: { trustroot: '0x72b3', certificates: [[{}, 'sig']] }, authrole: 'user' });
    const challenges: unknown[] = [];
    w.router.messages$.subscribe(({ message }) => message[0] === 4 && challenges.push(message[2]['challenge']));
    await joinedBy(w.client);
    const [, signature, extra] = w.of(5)[0]!;
    expect(signature).toMatch(/^[\da-f]{192}$/);
    expect(signature.slice(128)).toBe(challenges[0] as string);
    expect(extra).toEqual({});
    // what only routers understand passes through; the private key does not
    expect(w.of(1)[0]?.[2]).toEqual(
      jasmine.objectContaining({
        authmethods: ['cryptosign'],
        authrole: 'user',
        authextra: { pubkey: JOE_PUBLIC, trustroot: '0x72b3', certificates: [[{}, 'sig']] },
      }),
    );
    expect(tells(JOE, w.received)).toBeFalse();
  });

  it('is refused for good with an unknown key, or one of another user', async () => {
    const unknown = await refusedBy(by({ privateKey: OTHER }).client);
    expect(unknown.reason).toBe('wamp.error.no_such_principal');
    expect(unknown.local).toBeFalse();
    expect((await refusedBy(by({ authid: 'ann' }).client)).reason).toBe('wamp.error.authentication_denied');
    expect(tells(OTHER, unknown)).toBeFalse();
  });

  it('is refused for good where the signature is by another key', async () => {
    // says that it is joe, and cannot sign as joe
    const forged = cryptosign({ privateKey: OTHER });
    const w = world({
      router: routerOf(),
      auth: [
        {
          ...forged,
          hello: (one) => resolve(() => forged.hello(one)).pipe(map(() => ({ authextra: { pubkey: JOE_PUBLIC } }))),
        },
      ],
    });
    expect((await refusedBy(w.client)).reason).toBe('wamp.error.authentication_denied');
  });

  it('asks for the key once more, and then gives up', async () => {
    const keys = [OTHER, OTHER];
    const w = by({ privateKey: () => keys.shift() ?? '' }, { reconnect: { initialDelay: 0, jitter: 0 } });
    await refusedBy(w.client);
    expect(keys).toEqual([]);
  });

  describe('refuses', () => {
    /** Joins through a router that changes CHALLENGE. */
    const tampered = (
      change: (extra: Dict) => Dict,
      options: Partial<CryptosignOptions> = {},
    ): ReturnType<typeof world> => {
      const router = routerOf();
      router.intercept((message) =>
        message[0] === 4 ? [4, message[1], { ...message[2], ...change(message[2]) }] : message,
      );
      return world({ router, auth: [joe(options)] });
    };
    const proven = { routerKey: ROUTER_PUBLIC };
    const cases: Record<string, [change: (extra: Dict) => Dict, options: Partial<CryptosignOptions>, why: RegExp]> = {
      'a challenge that is too short': [() => ({ challenge: 'ff'.repeat(31) }), {}, /64 hexadecimal digits/],
      'a challenge that is no text': [() => ({ challenge: 7 }), {}, /64 hexadecimal digits/],
      'a binding that was not asked for': [() => ({ channel_binding: 'tls-unique' }), {}, /not asked for/],
      'a router that does not prove itself': [() => ({ signature: null }), proven, /did not prove itself/],
      'a router with another key': [() => ({}), { routerKey: OTHER_PUBLIC }, /another key/],
      'a router that shows the key, and signs with another': [
        () => ({ pubkey: OTHER_PUBLIC }),
        { routerKey: OTHER_PUBLIC },
        /signature of the router is wrong/,
      ],
      'a router whose signature is of something else': [
        ({ signature }) => ({ signature: `${String(signature).slice(0, 128)}${'00'.repeat(32)}` }),
        proven,
        /signature of the router is wrong/,
      ],
      'a router that signs with a broken signature': [
        ({ signature }) => ({ signature: broken(String(signature)) }),
        proven,
        /signature of the router is wrong/,
      ],
      'a router whose signature is nothing like one': [
        () => ({ signature: 'x' }),
        proven,
        /signature of the router is wrong/,
      ],
      'a router without a key': [() => ({ pubkey: undefined }), { mutual: true }, /pubkey/],
      'a wrong signature even where it would not miss one': [
        ({ signature }) => ({ signature: broken(String(signature)) }),
        { ...proven, mutual: false },
        /signature of the router is wrong/,
      ],
    };
    for (const [what, [change, options, why]] of Object.entries(cases)) {
      it(what, async () => {
        const w = tampered(change, options);
        const error = await refusedBy(w.client);
        expect(error.local).toBeTrue();
        expect(error.message).toMatch(why);
        expect(w.of(5)).toEqual([]);
        expect(w.of(3)[0]?.[2]).toBe('wamp.error.cannot_authenticate');
        expect(tells(JOE, error, w.statuses, w.received)).toBeFalse();
      });
    }

    it('nothing that it does not need', async () => {
      const gone = (): Dict => ({ signature: undefined, pubkey: undefined });
      await joinedBy(tampered(gone).client);
      await joinedBy(tampered(gone, { ...proven, mutual: false }).client);
      await joinedBy(by({ routerKey: [OTHER_PUBLIC, fromHex(ROUTER_PUBLIC)!] }).client);
      expect((await joinedBy(by({ mutual: true }).client)).state).toBe('joined');
    });

    it('for a method that insists, a proof that this one did not get', async () => {
      const router = routerOf();
      router.intercept((message) =>
        message[0] === 4 ? [4, message[1], { ...message[2], signature: undefined }] : message,
      );
      const strict = scram({ authid: 'joe', password: 's3cret', mutual: true });
      const lax = joe({ ...proven, mutual: false, authid: 'joe' });
      const error = await refusedBy(world({ router, auth: [lax, strict] }).client);
      expect(error.message).toContain('scram: WELCOME came without the proof');
    });

    it('a WELCOME that comes at once, with mutual: true', async () => {
      const welcomedAtOnce = async (options: Partial<CryptosignOptions>): Promise<unknown> => {
        const channel = new FakeChannel();
        const w = world({ transports: [scripted('t', () => channel)], auth: [joe(options)], closeTimeout: 1 });
        const status = outcome(w.client);
        const dialled = whenState(w.client, 'joining');
        w.client.connect();
        await dialled;
        // HELLO follows in the same turn
        await Promise.resolve();
        channel.reply(2, 1, { roles: {}, authmethod: 'cryptosign' });
        return (await status).state;
      };
      expect(await welcomedAtOnce({ mutual: true, ...proven })).toBe('failed');
      expect(await welcomedAtOnce(proven)).toBe('joined');
    });
  });

  describe('bound to the channel', () => {
    const id = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const other = id.map((byte) => byte ^ 1);

    it('joins where both ends are ends of one', async () => {
      for (const channelBinding of ['tls-unique', 'tls-exporter', { prefer: 'tls-exporter' }] as const) {
        const router = routerOf(undefined, id);
        const options = { channelBinding, routerKey: ROUTER_PUBLIC, mutual: true };
        const w = world({ router, transports: [bound(router, id)], auth: [joe(options)] });
        await joinedBy(w.client);
        const type = typeof channelBinding === 'string' ? channelBinding : channelBinding.prefer;
        expect(w.of(1)[0]?.[2]['authextra']).toEqual(jasmine.objectContaining({ channel_binding: type }));
      }
    });

    it('is refused by the router where a man in the middle relays', async () => {
      const router = routerOf(undefined, other);
      const between = bound(router, id);
      const auth = [joe({ channelBinding: 'tls-exporter' })];
      const error = await refusedBy(world({ router, transports: [between], auth }).client);
      expect(error).toEqual(jasmine.objectContaining({ local: false, reason: 'wamp.error.authentication_denied' }));
    });

    it('refuses a router whose proof comes from another channel', async () => {
      const router = routerOf(undefined, other);
      const between = bound(router, id);
      const auth = [joe({ channelBinding: 'tls-exporter', routerKey: ROUTER_PUBLIC })];
      const error = await refusedBy(world({ router, transports: [between], auth }).client);
      expect(error.local).toBeTrue();
      expect(error.message).toContain('signature of the router is wrong');
    });

    it('signs plainly only where the binding was preferred, and the router declines', async () => {
      const dialled = (channelBinding: CryptosignOptions['channelBinding']): ReturnType<typeof world> => {
        const router = routerOf({ routerKey: ROUTER, channelBinding: false }, id);
        const auth = [joe({ channelBinding, routerKey: ROUTER_PUBLIC })];
        return world({ router, transports: [bound(router, id)], auth });
      };
      await joinedBy(dialled({ prefer: 'tls-exporter' }).client);
      const error = await refusedBy(dialled('tls-exporter').client);
      expect(error.local).toBeTrue();
      expect(error.message).toContain('declined to bind');
    });

    it('refuses a router that takes another type than was asked for', async () => {
      const router = routerOf();
      router.intercept((message) =>
        message[0] === 4 ? [4, message[1], { ...message[2], channel_binding: 'tls-unique' }] : message,
      );
      const auth = [joe({ channelBinding: { prefer: 'tls-exporter' } })];
      const error = await refusedBy(world({ router, transports: [bound(router, id)], auth }).client);
      expect(error.message).toContain('not asked for');
    });

    it('must be bound as other methods in the same HELLO are', async () => {
      const router = routerOf(undefined, id);
      const other = scram({ authid: 'joe', password: 's', channelBinding: 'tls-unique' });
      const auth = [joe({ authid: 'joe', channelBinding: 'tls-exporter' }), other];
      const error = await refusedBy(world({ router, transports: [bound(router, id)], auth }).client);
      expect(error.message).toContain('must agree on channel_binding');
    });

    it('says nothing at all where it must be and cannot', async () => {
      const w = by({ channelBinding: 'tls-exporter' });
      const error = await refusedBy(w.client);
      expect(error.message).toContain('no channel binding of type tls-exporter');
      expect(w.received).toEqual([]);
      const prefers = by({ channelBinding: { prefer: 'tls-exporter' } });
      await joinedBy(prefers.client);
      expect(prefers.of(1)[0]?.[2]['authextra']).toEqual({ pubkey: JOE_PUBLIC });
    });
  });

  it('makes keys, and the public one of each', async () => {
    const pair = await generateCryptosignKey();
    expect(pair.privateKey).toMatch(/^[\da-f]{64}$/);
    expect(await cryptosignPublicKey(pair.privateKey)).toBe(pair.publicKey);
    expect((await generateCryptosignKey()).privateKey).not.toBe(pair.privateKey);
    await expectAsync(cryptosignPublicKey('abc')).toBeRejectedWithError(TypeError, /32 or 64 bytes/);
    await expectAsync(cryptosignPublicKey(JOE + OTHER_PUBLIC)).toBeRejectedWithError(TypeError, /not its public key/);
  });

  it('tells what is wrong with a key that a function gave, and does not show it', async () => {
    for (const key of [JOE.slice(2), `${JOE}zz`, JOE + OTHER_PUBLIC, 7 as never]) {
      const w = by({ privateKey: () => key }, { reconnect: { initialDelay: 0 } });
      const error = await refusedBy(w.client);
      expect(error.local).toBeTrue();
      expect(error.message).toMatch(/privateKey/);
      expect(tells(JOE.slice(2, 40), error, w.statuses)).toBeFalse();
      expect(w.received).toEqual([]);
    }
  });

  it('refuses a public key beside it that belongs to another', async () => {
    const error = await refusedBy(by({ authextra: { pubkey: OTHER_PUBLIC } }).client);
    expect(error.message).toContain('authextra.pubkey');
    await joinedBy(by({ authextra: { pubkey: JOE_PUBLIC } }).client);
  });

  it('tells what is wrong with its options, and shows no secret', () => {
    const making = (options: object) => () => cryptosign(options as CryptosignOptions);
    expect(making({})).toThrowError(TypeError, /privateKey must be given/);
    const wrong: [key: unknown, why: RegExp][] = [
      [JOE.slice(2), /must have 32 or 64 bytes, got 31/],
      [JOE.slice(1), /got a string of 63 characters/],
      [`0x${JOE}`, /got a string of 66 characters/],
      [new Uint8Array(33), /got 33/],
      [[1, 2], /got a list/],
      [7, /got a number/],
    ];
    for (const [privateKey, why] of wrong) {
      const make = making({ privateKey });
      expect(make).toThrowError(TypeError, why);
      expect(make).not.toThrowError(new RegExp(JOE.slice(2, 20)));
    }
    const good = { privateKey: JOE };
    expect(making({ ...good, routerKey: 'abcd' })).toThrowError(TypeError, /routerKey must have 32 bytes, got 2/);
    expect(making({ ...good, routerKey: [ROUTER_PUBLIC, 7] })).toThrowError(TypeError, /routerKey/);
    expect(making({ ...good, channelBinding: 'tls-server-end-point' })).toThrowError(TypeError, /channelBinding/);
    expect(making({ ...good, authextra: { challenge: 'x' } })).toThrowError(TypeError, /authextra\.challenge/);
    expect(making({ ...good, secret: 'hush' })).toThrowError(TypeError, /unknown option 'secret'/);
    expect(() => world({ auth: [joe({ authrole: 'a' }), joe({ authrole: 'b' })] })).toThrowError(
      /must agree on authrole/,
    );
  });

  it('with two keys in one HELLO contradicts itself', async () => {
    const w = world({ router: routerOf(), auth: [joe(), cryptosign({ privateKey: OTHER })] });
    w.client.connect();
    const status = await outcome(w.client);
    expect(tells('must agree on pubkey', status)).toBeTrue();
    expect(await firstValueFrom(resolve(() => joe().hello(attempt())))).toEqual({ authextra: { pubkey: JOE_PUBLIC } });
  });
});
