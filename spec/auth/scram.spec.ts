import { firstValueFrom, of, Subject } from 'rxjs';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { cryptosign } from '../../src/auth/cryptosign.ts';
import { scram, type ScramOptions } from '../../src/auth/scram.ts';
import { deriveScramCredential, type ScramDialect } from '../../src/auth/scram-exchange.ts';
import { ticket } from '../../src/auth/ticket.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import { resolve, fromMaybeAsync } from '../../src/async.ts';
import { acceptScram, acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { closeAll, FakeChannel, scripted, virtual, world, type WorldOptions } from '../client/helpers.ts';
import { attempt, joinedBy, outcome, refusedBy, tells, whenState, withoutCrypto, withoutSubtle } from './helpers.ts';

const DIALECTS: readonly ScramDialect[] = ['wamp-scram', 'scram'];

/** Of the password s3cret, by PBKDF2 with 4096 iterations and 16 bytes of zero. */
const STORED_KEY = 'bffcc64d443bb8efaa4d6d026e6520f1ce45de84cd5932928920cabc7be06e63';

const routerOf = (dialect: ScramDialect): TestRouter =>
  createTestRouter({
    realms: {
      realm1: {
        auth: [
          acceptScram(
            {
              joe: 's3cret',
              ann: { password: 'pa55word', kdf: 'argon2id13', iterations: 4, memory: 4096, authrole: 'admin' },
              'a,b=c': 's3cret',
              IX: 'IX',
            },
            { dialect },
          ),
        ],
      },
    },
  });

const by = (options: ScramOptions, more: WorldOptions = {}): ReturnType<typeof world> =>
  world({ router: routerOf(options.dialect ?? 'wamp-scram'), auth: [scram(options)], ...more });

/** A client on a link whose router is the spec. */
function dialled(auth: readonly Authenticator[]): ReturnType<typeof world> & {
  channel: FakeChannel;
  nonce: string;
} {
  const channel = new FakeChannel();
  const w = world({ transports: [scripted('t', () => channel)], auth, closeTimeout: 1 });
  w.client.connect();
  const { nonce } = channel.of(1)[0]?.[2]['authextra'] as { nonce: string };
  return Object.assign(w, { channel, nonce });
}

const joe = (more: Partial<ScramOptions> = {}): Authenticator => scram({ authid: 'joe', password: 's3cret', ...more });

describe('scram', () => {
  afterEach(closeAll);

  function joins(): void {
    for (const dialect of DIALECTS) {
      it(`joins by PBKDF2 and by Argon2id, in the dialect ${dialect}`, async () => {
        const first = await joinedBy(by({ authid: 'joe', password: 's3cret', dialect }).client);
        expect(first.session.details).toEqual(
          jasmine.objectContaining({ authid: 'joe', authmethod: dialect, authrole: 'user' }),
        );
        const password = (): unknown => of('pa55word');
        const ann = by({ authid: 'ann', password: password as () => Promise<string>, dialect, mutual: true });
        expect((await joinedBy(ann.client)).session.details.authrole).toBe('admin');
      });
    }
  }
  joins();
  describe('without crypto.subtle', () => {
    withoutSubtle();
    joins();
  });

  describe('without crypto', () => {
    withoutCrypto();

    it('derives keys, and says that nonces need it', async () => {
      const costs = { kdf: 'pbkdf2', iterations: 4096, salt: new Uint8Array(16) } as const;
      expect((await deriveScramCredential('s3cret', costs)).storedKey).toBe(STORED_KEY);
      const w = world({ transports: [scripted('t', () => new FakeChannel())], auth: [joe()], like: { seed: 1 } });
      w.client.connect();
      const status = await outcome(w.client);
      expect('error' in status && status.error.message).toMatch(
        /crypto\.getRandomValues\(\), which this platform lacks/,
      );
    });
  });

  it('joins with names and passwords that must be escaped or normalised', async () => {
    const escaped = await joinedBy(by({ authid: 'a,b=c', password: 's3cret' }).client);
    expect(escaped.session.details.authid).toBe('a,b=c');
    const normal = await joinedBy(by({ authid: 'I\u00adX', password: '\u2168' }).client);
    expect(normal.session.details.authid).toBe('IX');
  });

  it('joins where the router keeps no password', async () => {
    const credential = await deriveScramCredential('s3cret', { kdf: 'argon2id13', iterations: 4, memory: 4096 });
    expect(tells('s3cret', credential)).toBeFalse();
    const router = createTestRouter({ realms: { realm1: { auth: [acceptScram({ joe: { credential } })] } } });
    await joinedBy(world({ router, auth: [joe()] }).client);
    const weak = await deriveScramCredential('x', { kdf: 'pbkdf2', iterations: 4096, salt: new Uint8Array(4) });
    expect(weak).toEqual(jasmine.objectContaining({ kdf: 'pbkdf2', iterations: 4096, salt: 'AAAAAA==' }));
    await expectAsync(deriveScramCredential('\u0007')).toBeRejectedWithError(TypeError, /SASLprep/);
  });

  it('costs a test router no more than clients ask for', async () => {
    for (const [kdf, costs] of [
      ['pbkdf2', { iterations: 4096, memory: null }],
      ['argon2id13', { iterations: 4, memory: 4096 }],
    ] as const) {
      const auth = [acceptScram({ joe: { password: 's3cret', kdf } })];
      const w = world({ router: createTestRouter({ realms: { realm1: { auth } } }), auth: [joe()] });
      const reported: (readonly unknown[])[] = [];
      w.client.messages$.subscribe(({ message }) => reported.push(message));
      await joinedBy(w.client);
      const challenge = reported.find(([code]) => code === 4)?.[2];
      expect(challenge).toEqual(jasmine.objectContaining<Dict>({ kdf, ...costs }));
    }
  });

  it('says what the specification has it say', async () => {
    const w = by({ authid: 'joe', password: 's3cret', authextra: { device: 'x' } });
    await joinedBy(w.client);
    const hello = w.of(1)[0]?.[2] as Dict;
    expect(hello).toEqual(jasmine.objectContaining({ authmethods: ['wamp-scram'], authid: 'joe' }));
    const { nonce, ...rest } = hello['authextra'] as { nonce: string };
    expect(rest as unknown).toEqual({ device: 'x' });
    // 24 bytes, so that the router may append text or bytes
    expect(nonce).toMatch(/^[A-Za-z\d+/]{32}$/);
    const [, proof, extra] = w.of(5)[0]!;
    expect(atob(proof).length).toBe(32);
    expect(extra).toEqual({ nonce: jasmine.stringMatching(/./), channel_binding: null, cbind_data: null });
    expect(tells('s3cret', w.received)).toBeFalse();
  });

  it('takes a new nonce for each attempt, and one for both dialects', async () => {
    const both = [joe(), joe({ dialect: 'scram' })];
    const w = world({ router: routerOf('scram'), auth: both, reconnect: { initialDelay: 0, jitter: 0 } });
    await joinedBy(w.client);
    w.router.dropAll();
    await whenState(w.client, 'waiting');
    await whenState(w.client, 'joined');
    const nonces = w.of(1).map(([, , { authextra }]) => (authextra as { nonce: string }).nonce);
    expect(new Set(nonces).size).toBe(2);
    expect(w.of(5).map(([, , extra]) => extra)).toEqual([{}, {}]);
  });

  it('knows its own dialect alone', () => {
    for (const mine of DIALECTS) {
      const theirs = mine === 'scram' ? 'wamp-scram' : 'scram';
      virtual((time) => {
        const { client, channel } = dialled([joe({ dialect: mine })]);
        channel.reply(4, theirs, { nonce: 'x', salt: 'aBc+fx0NAVA=', kdf: 'pbkdf2', iterations: 4096 });
        time.advance();
        expect(channel.of(5)).toEqual([]);
        expect(channel.of(3).map(([, { message }, reason]) => [message, reason])).toEqual([
          [jasmine.stringContaining(`"${theirs}"`), 'wamp.error.cannot_authenticate'],
        ]);
        void client.close();
      });
    }
  });

  it('drops the question when the client is closed before the answer', async () => {
    const password = new Subject<string>();
    const { client, channel, nonce } = dialled([joe({ password: () => password })]);
    channel.reply(4, 'wamp-scram', { nonce: `${nonce}abcd`, salt: 'aBc+fx0NAVA=', kdf: 'pbkdf2', iterations: 4096 });
    expect(password.observed).toBeTrue();
    const closed = client.close();
    expect(password.observed).toBeFalse();
    await closed;
    expect(channel.of(5)).toEqual([]);
  });

  for (const dialect of DIALECTS) {
    it(`is refused for good with a wrong password, in the dialect ${dialect}`, async () => {
      const w = by({ authid: 'joe', password: 'something else', dialect });
      const error = await refusedBy(w.client);
      expect(error.reason).toBe('wamp.error.authentication_denied');
      expect(error.local).toBeFalse();
      expect(tells('something else', error, w.statuses, w.events)).toBeFalse();
    });
  }

  it('asks for the password once more, and then gives up', async () => {
    const passwords = ['old', 'older'];
    const w = by(
      { authid: 'joe', password: () => passwords.shift() ?? '' },
      { reconnect: { initialDelay: 0, jitter: 0 } },
    );
    await refusedBy(w.client);
    expect(passwords).toEqual([]);
  });

  describe('refuses a CHALLENGE', () => {
    const good = (nonce: string): Dict => ({
      nonce: `${nonce}abcd`,
      salt: 'aBc+fx0NAVA=',
      kdf: 'pbkdf2',
      iterations: 4096,
      memory: null,
    });
    const argon = { kdf: 'argon2id13', iterations: 4, memory: 4096 };
    const cases: Record<string, (nonce: string) => Dict> = {
      'whose nonce is not ours': () => ({ nonce: 'abcdefgh' }),
      'whose nonce adds nothing to ours': (nonce) => ({ nonce }),
      'without a nonce': () => ({ nonce: undefined }),
      'with an unknown way to derive': () => ({ kdf: 'toString' }),
      'without a salt': () => ({ salt: undefined }),
      'with an empty salt': () => ({ salt: '' }),
      'with a salt of one byte': () => ({ salt: 'AA==' }),
      'with a salt that is not base64': () => ({ salt: 'a_b=' }),
      'that is too cheap': () => ({ iterations: 4095 }),
      'that is too dear': () => ({ iterations: 10_000_001 }),
      'whose iterations are no integer': () => ({ iterations: 4096.5 }),
      'whose iterations are missing': () => ({ iterations: undefined }),
      'of Argon2id without memory': () => ({ ...argon, memory: null }),
      'of Argon2id with too little of both': () => ({ ...argon, iterations: 1 }),
      'of Argon2id with too much memory': () => ({ ...argon, memory: 2 ** 18 + 1 }),
      'of Argon2id with too much of both': () => ({ ...argon, iterations: 4096 }),
      'of Argon2id with a short salt': () => ({ ...argon, salt: 'AAAA' }),
      'with a binding that was not asked for': () => ({ channel_binding: 'tls-unique' }),
    };
    for (const [what, change] of Object.entries(cases)) {
      it(what, async () => {
        const w = dialled([joe()]);
        const extra = { ...good(w.nonce), ...change(w.nonce) };
        w.channel.reply(4, 'wamp-scram', extra);
        const status = await outcome(w.client);
        if (status.state !== 'failed') throw new Error(`it is ${status.state}`);
        expect(status.error).toEqual(jasmine.objectContaining({ local: true }));
        expect(status.error.message).toContain('scram');
        expect(w.channel.of(5)).toEqual([]);
        expect(w.channel.of(3)[0]?.[2]).toBe('wamp.error.cannot_authenticate');
        expect(tells('s3cret', w.statuses, w.channel.sent)).toBeFalse();
      });
    }

    it('but not a good one', async () => {
      const w = dialled([joe({ limits: { minIterations: 4096 } })]);
      const sent = firstSent(w.channel);
      w.channel.reply(4, 'wamp-scram', good(w.nonce));
      expect((await sent)[0]).toBe(5);
    });

    it('by limits of its own', async () => {
      const strict = dialled([joe({ limits: { minIterations: 100_000, maxIterations: undefined } })]);
      strict.channel.reply(4, 'wamp-scram', good(strict.nonce));
      expect((await outcome(strict.client)).state).toBe('failed');
      const lax = dialled([joe({ limits: { minIterations: 1, minSaltLength: 1 } })]);
      const sent = firstSent(lax.channel);
      lax.channel.reply(4, 'wamp-scram', { ...good(lax.nonce), iterations: 1, salt: 'AA==' });
      expect((await sent)[0]).toBe(5);
    });

    it('whose password SASLprep forbids', async () => {
      const w = dialled([joe({ password: 'bell\u0007' })]);
      w.channel.reply(4, 'wamp-scram', good(w.nonce));
      const status = await outcome(w.client);
      expect(status.state).toBe('failed');
      expect(tells('SASLprep', status)).toBeTrue();
      expect(tells('bell', w.statuses)).toBeFalse();
    });
  });

  describe("the router's proof", () => {
    /** Joins through a router that changes WELCOME. */
    const tampered = (
      change: (details: Dict) => Dict,
      options: Partial<ScramOptions> = {},
    ): ReturnType<typeof world> => {
      const router = routerOf(options.dialect ?? 'wamp-scram');
      router.intercept((message) =>
        message[0] === 2 ? [2, message[1], { ...message[2], ...change(message[2]) }] : message,
      );
      return world({ router, auth: [joe(options)] });
    };
    const wrong = (): Dict => ({ authextra: { verifier: btoa('x'.repeat(32)) } });

    it("may have the prefix of the specification's example", async () => {
      const w = tampered(({ authextra }) => ({
        authextra: { verifier: `v=${(authextra as { verifier: string }).verifier}` },
      }));
      expect((await joinedBy(w.client)).state).toBe('joined');
    });

    for (const mutual of [undefined, true, false]) {
      it(`is refused where it is wrong, mutual: ${String(mutual)}`, async () => {
        const w = tampered(wrong, { mutual });
        const error = await refusedBy(w.client);
        expect(error.local).toBeTrue();
        const why = 'scram: WELCOME.authextra.verifier is wrong: the router does not know this user';
        expect(error.message).toBe(`We refused the session: wamp.error.cannot_authenticate (${why})`);
        expect(w.of(3)[0]).toEqual([3, { message: why }, 'wamp.error.cannot_authenticate']);
        expect(w.events.some(({ type }) => type === 'join')).toBeFalse();
      });
    }

    it('is refused where it is nothing like one, or stands in the wrong place', async () => {
      for (const verifier of [7, '', 'x', btoa('short')]) {
        expect((await refusedBy(tampered(() => ({ authextra: { verifier } })).client)).local).toBeTrue();
      }
      const other = tampered(({ authextra }) => ({
        authextra: { scram_server_signature: (authextra as Dict)['verifier'] },
      }));
      expect((await refusedBy(other.client)).message).toContain('verifier is missing');
    });

    it('is required by default', async () => {
      const gone = (): Dict => ({ authextra: {} });
      expect((await refusedBy(tampered(gone).client)).message).toContain('verifier is missing');
      expect((await refusedBy(tampered(gone, { dialect: 'scram' }).client)).message).toContain(
        'scram_server_signature',
      );
      await joinedBy(tampered(gone, { mutual: false }).client);
    });

    it('is looked at whatever method WELCOME names', async () => {
      const w = tampered(() => ({ authextra: {}, authmethod: 'anonymous' }));
      expect((await refusedBy(w.client)).message).toContain('missing');
    });

    it('is insisted on with mutual: true, also where WELCOME comes at once', () => {
      const lax = dialled([joe()]);
      lax.channel.reply(2, 1, { roles: {}, authmethod: 'cookie' });
      expect(lax.client.status.state).toBe('joined');
      for (const authmethod of ['wamp-scram', 'anonymous', undefined]) {
        const strict = dialled([joe({ mutual: true }), ticket({ authid: 'joe', ticket: 't' })]);
        strict.channel.reply(2, 1, { roles: {}, ...(authmethod && { authmethod }) });
        expect(strict.client.status.state).toBe('failed');
        expect(tells('mutual', strict.client.status)).toBeTrue();
        expect(strict.channel.of(3).length).toBe(1);
      }
    });

    it('is insisted on with mutual: true, where another method was used, too', async () => {
      const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 't' })] } } });
      const auth = [joe({ mutual: true }), ticket({ authid: 'joe', ticket: 't' })];
      expect((await refusedBy(world({ router, auth }).client)).message).toContain('mutual');
    });

    it('that another method does not ask for is none for one that insists', async () => {
      const router = routerOf('wamp-scram');
      router.intercept((message) => (message[0] === 2 ? [2, message[1], { ...message[2], authextra: {} }] : message));
      const strict = cryptosign({
        privateKey: '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510',
        mutual: true,
      });
      const w = world({ router, auth: [joe({ mutual: false }), strict] });
      expect((await refusedBy(w.client)).message).toMatch(
        /^We refused the session: [\w.]+ \(cryptosign: WELCOME came without the proof of the router \(mutual\)\)$/,
      );
    });

    it('of one of several that insist is enough', async () => {
      const router = routerOf('scram');
      const auth = [joe({ mutual: true }), joe({ mutual: true, dialect: 'scram' })];
      const { session } = await joinedBy(world({ router, auth }).client);
      expect(session.details.authmethod).toBe('scram');
    });
  });

  it('derives once for a password that does not change, and anew for one that is asked for', async () => {
    // no platform has Argon2id; its PBKDF2 can be watched
    const derive = spyOn(globalThis.crypto.subtle, 'deriveBits').and.callThrough();
    for (const [password, times] of [
      ['s3cret', 1],
      [(): string => 's3cret', 2],
    ] as const) {
      const w = by({ authid: 'joe', password }, { reconnect: { initialDelay: 0, jitter: 0 } });
      derive.calls.reset();
      await joinedBy(w.client);
      w.router.dropAll();
      await whenState(w.client, 'waiting');
      await whenState(w.client, 'joined');
      // the router's one beside
      expect(derive).toHaveBeenCalledTimes(times + 1);
    }
  });

  it('asks for the channel, and goes on or not where there is none', async () => {
    const hello = (auth: Authenticator): Promise<unknown> => firstValueFrom(resolve(() => auth.hello(attempt())));
    expect(await hello(joe({ channelBinding: 'tls-exporter' }))).toEqual({
      authid: 'joe',
      authextra: { nonce: jasmine.any(String) },
    });
    const w = world({ router: routerOf('wamp-scram'), auth: [joe({ channelBinding: 'tls-exporter' })] });
    const error = await refusedBy(w.client);
    expect(error.local).toBeTrue();
    expect(error.message).toContain('memory has no channel binding of type tls-exporter');
    // nothing was said
    expect(w.received).toEqual([]);
    const prefers = world({
      router: routerOf('wamp-scram'),
      auth: [joe({ channelBinding: { prefer: 'tls-unique' } })],
    });
    await joinedBy(prefers.client);
    expect(prefers.of(1)[0]?.[2]['authextra']).toEqual({ nonce: jasmine.any(String) });
  });

  it('answers without a client as with one', async () => {
    const auth = joe();
    const one = attempt();
    const { authextra } = await firstValueFrom(resolve(() => auth.hello(one)));
    const extra = {
      nonce: `${String(authextra?.['nonce'])}AAAA`,
      salt: 'aBc+fx0NAVA=',
      kdf: 'pbkdf2',
      iterations: 4096,
    };
    const answer = await firstValueFrom(fromMaybeAsync(() => auth.challenge('wamp-scram', extra, 1, one)));
    expect(answer.extra).toEqual({ nonce: extra.nonce, channel_binding: null, cbind_data: null });
  });

  it('tells what is wrong with its options, and shows no secret', () => {
    const making = (options: object) => () => scram(options as ScramOptions);
    const good = { authid: 'joe', password: 'hush' };
    expect(making({ authid: 'joe' })).toThrowError(TypeError, /password must be given/);
    expect(making({ password: 'hush' })).toThrowError(TypeError, /authid must be given/);
    expect(making({ ...good, dialect: 'scram-sha-256' })).toThrowError(
      TypeError,
      /dialect must be 'wamp-scram' or 'scram'/,
    );
    expect(making({ ...good, limits: { least: 1 } })).toThrowError(TypeError, /unknown option 'least'/);
    expect(making({ ...good, limits: { minIterations: -1 } })).toThrowError(TypeError, /minIterations/);
    expect(making({ ...good, mutual: 'yes' })).toThrowError(TypeError, /mutual must be a boolean/);
    expect(making({ ...good, channelBinding: 'tls' })).toThrowError(
      TypeError,
      /channelBinding must be one of tls-unique/,
    );
    expect(making({ ...good, channelBinding: { prefer: 'x' } })).toThrowError(TypeError, /channelBinding/);
    expect(making({ ...good, channelBinding: 'tls-unique', dialect: 'scram' })).toThrowError(TypeError, /dialect/);
    expect(making({ ...good, authextra: { nonce: 'mine' } })).toThrowError(TypeError, /authextra\.nonce/);
    expect(making({ ...good, authid: 'bell\u0007' })).toThrowError(TypeError, /authid holds characters/);
    expect(making({ authid: 'joe', password: ['hush'] })).toThrowError(TypeError, /password must be .*got a list$/);
    expect(making({ authid: 'joe', password: '' })).toThrowError(TypeError, /password must be .*not empty/);
    expect(() => world({ auth: [joe(), scram({ authid: 'ann', password: 'x' })] })).toThrowError(
      /must agree on authid/,
    );
    expect(() =>
      world({ auth: [joe({ authextra: { a: 1 } }), cryptosign({ privateKey: '00'.repeat(32), authextra: { a: 2 } })] }),
    ).toThrowError(/must agree on a$/);
  });
});

/** The next message that the client sends. */
function firstSent(channel: FakeChannel): Promise<readonly unknown[]> {
  return new Promise((resolve) => {
    const send = channel.send.bind(channel);
    channel.send = (message) => {
      send(message);
      resolve(message);
    };
  });
}
