import { firstValueFrom, NEVER, of } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { wampcra, type WampCraOptions } from '../../src/auth/wampcra.ts';
import { fromMaybeAsync } from '../../src/async.ts';
import { AbortError } from '../../src/protocol/errors.ts';
import { acceptTicket, acceptWampCra } from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import {
  closeAll,
  FakeChannel,
  inState,
  scripted,
  waitOut,
  virtual,
  world,
  type WorldOptions,
} from '../client/helpers.ts';
import { attempt, joinedBy, outcome, refusedBy, tells, withoutSubtle } from './helpers.ts';

const routerOf = (): TestRouter =>
  createTestRouter({
    realms: {
      realm1: {
        auth: [
          acceptWampCra({
            joe: 's3cret',
            ann: { secret: 'pa55word', salt: 'salt123', iterations: 1000, keylen: 32, authrole: 'admin' },
            bob: { secret: 'pa55word', salt: 'pepper' },
          }),
        ],
      },
    },
  });

const by = (options: WampCraOptions, more: WorldOptions = {}): ReturnType<typeof world> =>
  world({ router: routerOf(), auth: [wampcra(options)], ...more });

describe('wampcra', () => {
  afterEach(closeAll);

  function joins(): void {
    it('joins with a plain secret, and with a salted one', async () => {
      const joe = await joinedBy(by({ authid: 'joe', secret: 's3cret' }).client);
      expect(joe.session.details).toEqual(
        jasmine.objectContaining({ authid: 'joe', authmethod: 'wampcra', authrole: 'user' }),
      );
      const ann = await joinedBy(by({ authid: 'ann', secret: () => of('pa55word'), authrole: 'admin' }).client);
      expect(ann.session.details.authrole).toBe('admin');
      await joinedBy(by({ authid: 'bob', secret: () => Promise.resolve('pa55word') }).client);
    });
  }
  joins();
  describe('without crypto.subtle', () => {
    withoutSubtle();
    joins();
  });

  it('says who it is, and never the secret', async () => {
    const w = by({ authid: 'joe', secret: 's3cret', authrole: 'user', authextra: { device: 'x' } });
    await joinedBy(w.client);
    expect(w.of(1)[0]?.[2]).toEqual(
      jasmine.objectContaining({
        authmethods: ['wampcra'],
        authid: 'joe',
        authrole: 'user',
        authextra: { device: 'x' },
      }),
    );
    expect(tells('s3cret', w.received)).toBeFalse();
  });

  it('is refused for good with a wrong secret', async () => {
    for (const authid of ['joe', 'ann']) {
      const secret = 'something else';
      const w = by({ authid, secret });
      const error = await refusedBy(w.client);
      expect(error.reason).toBe('wamp.error.authentication_denied');
      expect(tells(secret, error, w.statuses, w.events)).toBeFalse();
    }
  });

  it('asks for the secret once more, and then gives up', async () => {
    const secrets = ['old', 'older'];
    const w = by({ authid: 'joe', secret: () => secrets.shift() ?? '' }, { reconnect: { initialDelay: 0, jitter: 0 } });
    await refusedBy(w.client);
    expect(secrets).toEqual([]);
    expect(w.of(5).length).toBe(2);
  });

  it('signs the text of the challenge as it came, and counts nothing else', async () => {
    const auth = wampcra({ authid: 'joe', secret: 'secret' });
    const challenge = (text: string): Promise<{ signature: string }> =>
      firstValueFrom(fromMaybeAsync(() => auth.challenge('wampcra', { challenge: text }, 1, attempt())));
    expect(await challenge('{"a":1}')).not.toEqual(await challenge('{ "a": 1 }'));
  });

  const bad: Record<string, object> = {
    'no challenge': {},
    'a challenge that is no text': { challenge: 1 },
    'a salt that is no text': { challenge: 'x', salt: 7 },
    'iterations without end': { challenge: 'x', salt: 's', iterations: 2 ** 40 },
    'one iteration': { challenge: 'x', salt: 's', iterations: 1 },
    'no iterations': { challenge: 'x', salt: 's', iterations: 0 },
    'iterations that are no integer': { challenge: 'x', salt: 's', iterations: '1000' },
    'a key of no length': { challenge: 'x', salt: 's', keylen: 0 },
    'a key that is too long': { challenge: 'x', salt: 's', keylen: 1e9 },
  };
  for (const [what, extra] of Object.entries(bad)) {
    it(`refuses a CHALLENGE with ${what}`, () => {
      virtual(() => {
        const channel = new FakeChannel();
        const w = world({
          transports: [scripted('t', () => channel)],
          auth: [wampcra({ authid: 'joe', secret: 'hush' })],
        });
        w.client.connect();
        channel.reply(4, 'wampcra', extra);
        const { error } = inState(w.client, 'failed');
        expect(error).toEqual(jasmine.objectContaining({ local: true, reason: 'wamp.error.cannot_authenticate' }));
        expect(error.message).toContain('wampcra');
        expect(channel.of(5)).toEqual([]);
        expect(channel.of(3).length).toBe(1);
      });
    });
  }

  it('a secret that is no string ends the attempt, without being shown', async () => {
    const w = by({ authid: 'joe', secret: () => ['hush-hush'] as never });
    w.client.connect();
    const status = await outcome(w.client);
    expect(status.state).toBe('waiting');
    expect(tells('the secret must be a string, got a list', w.statuses)).toBeTrue();
    expect(tells('hush-hush', w.statuses, w.events)).toBeFalse();
  });

  it('an empty secret ends the attempt', async () => {
    expect(() => wampcra({ authid: 'joe', secret: '' })).toThrowError(TypeError, /secret must be .*not empty/);
    const w = by({ authid: 'joe', secret: () => '' });
    w.client.connect();
    expect((await outcome(w.client)).state).toBe('waiting');
    expect(tells('the secret must not be empty', w.statuses)).toBeTrue();
    expect(w.of(5)).toEqual([]);
  });

  it('accepts fewer or requires more iterations by its limits', async () => {
    const answer = (iterations: number, limits: WampCraOptions['limits']): Promise<unknown> =>
      firstValueFrom(
        fromMaybeAsync(() =>
          wampcra({ authid: 'joe', secret: 'pa55word', limits }).challenge(
            'wampcra',
            { challenge: 'x', salt: 's', iterations },
            1,
            attempt(),
          ),
        ),
      );
    await expectAsync(answer(999, {})).toBeRejectedWithError(AbortError, /iterations must be 1000 at least/);
    await expectAsync(answer(1, { minIterations: 1 })).toBeResolved();
    await expectAsync(answer(1000, { minIterations: 100_000 })).toBeRejectedWithError(/100000 at least/);
    await expectAsync(answer(1001, { maxIterations: 1000 })).toBeRejectedWithError(/1000 at most/);
    expect(() => wampcra({ authid: 'joe', secret: 'x', limits: { least: 1 } as never })).toThrowError(
      TypeError,
      /wampcra: limits: unknown option 'least'/,
    );
  });

  it('drops the question when the link closes before the answer', () => {
    virtual((time) => {
      const channel = new FakeChannel();
      const channels = [channel, new FakeChannel()];
      const w = world({
        transports: [scripted('t', (n) => channels[n - 1]!)],
        auth: [wampcra({ authid: 'joe', secret: () => NEVER })],
      });
      w.client.connect();
      channel.reply(4, 'wampcra', { challenge: 'x' });
      channel.lose();
      waitOut(time, w.client);
      expect(channels[1]!.of(1).length).toBe(1);
      expect(channels.map((each) => each.of(5).length)).toEqual([0, 0]);
    });
  });

  it('may stand beside a ticket: the router takes what it has', async () => {
    const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 't1cket' })] } } });
    const auth = [wampcra({ authid: 'joe', secret: 's' }), ticket({ authid: 'joe', ticket: 't1cket' })];
    const { session } = await joinedBy(world({ router, auth }).client);
    expect(session.details.authmethod).toBe('ticket');
  });

  it('tells what is wrong with its options, and shows no secret', () => {
    const making = (options: object) => () => wampcra(options as WampCraOptions);
    expect(making({ secret: 'x' })).toThrowError(TypeError, /authid must be given/);
    expect(making({ authid: 'joe' })).toThrowError(TypeError, /secret must be given/);
    expect(making({ authid: '', secret: 'x' })).toThrowError(TypeError, /authid/);
    expect(making({ authid: 'joe', secret: 7_110_815 })).toThrowError(
      TypeError,
      /secret must be a string or a function.*got a number$/,
    );
    expect(making({ authid: 'joe', secret: 'x', password: 'hush' })).toThrowError(
      TypeError,
      /unknown option 'password'/,
    );
    expect(making({ authid: 'joe', secret: { key: 'hush' } })).not.toThrowError(/hush/);
  });
});
