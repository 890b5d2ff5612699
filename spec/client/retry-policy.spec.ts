import { RetryPolicy, type Circumstances, type Verdict, healDelay } from '../../src/client/retry-policy.ts';
import {
  AbortError,
  ConnectFailedError,
  ConnectionLostError,
  GoodbyeError,
  ProtocolError,
  ApplicationError,
  InvalidStateError,
} from '../../src/protocol/errors.ts';
import { tap } from 'rxjs';
import { resolveOptions, type BaseOptions } from '../../src/client/client-options.ts';
import type { Session } from '../../src/session/session.ts';
import { refusing, virtual } from './helpers.ts';

const FRESH: Circumstances = { joinedBefore: false, renewable: false, stable: false };
const GOOD: Circumstances = { joinedBefore: true, renewable: true, stable: false };
const refused = new AbortError('wamp.error.authentication_denied');
const doubtful = new AbortError('wamp.error.authentication_failed');
const violated = new ProtocolError('x');
const killed = new GoodbyeError('wamp.close.killed');
const lost = new ConnectionLostError('x', { code: 1006 });

/** The verdicts on these errors, one after the other. */
const verdicts = (errors: readonly Error[], circumstances = FRESH, policy = new RetryPolicy()): Verdict[] =>
  errors.map((error) => policy.judge(error, circumstances));

describe('Policy', () => {
  it('takes refusals, the router’s and our own, for the end of a transport', () => {
    expect(verdicts([refused])).toEqual(['transport failed']);
    expect(verdicts([new AbortError('com.app.mine', {}, { local: true })])).toEqual(['transport failed']);
  });

  it('tries a renewable secret once more, after a session and until the next one', () => {
    const policy = new RetryPolicy();
    expect(verdicts([refused, refused], GOOD, policy)).toEqual(['retry', 'transport failed']);
    policy.joined();
    expect(verdicts([refused, refused], GOOD, policy)).toEqual(['retry', 'transport failed']);
    expect(verdicts([refused], { ...GOOD, renewable: false })).toEqual(['transport failed']);
    expect(verdicts([refused], { ...GOOD, joinedBefore: false })).toEqual(['transport failed']);
  });

  it('counts doubtful ones in a row', () => {
    expect(verdicts([doubtful, doubtful, doubtful, doubtful, doubtful])).toEqual([
      'retry',
      'retry',
      'retry',
      'retry',
      'failed',
    ]);
    expect(verdicts([doubtful, doubtful, doubtful, doubtful, lost, doubtful]).at(-1)).toBe('retry');
    const policy = new RetryPolicy();
    verdicts([doubtful, doubtful, doubtful, doubtful], FRESH, policy);
    policy.joined();
    expect(policy.judge(doubtful, FRESH)).toBe('retry');
  });

  it('counts violations until a stable session, unstable ones notwithstanding', () => {
    const policy = new RetryPolicy();
    expect(policy.judge(violated, FRESH)).toBe('retry');
    policy.joined();
    expect(policy.judge(new ConnectionLostError('x', { code: 1011 }), FRESH)).toBe('retry');
    policy.joined();
    expect(policy.judge(new AbortError('wamp.error.protocol_violation'), FRESH)).toBe('failed');
    expect(policy.judge(violated, { ...FRESH, stable: true })).toBe('retry');
  });

  it('comes back slowly once after a kill', () => {
    expect(verdicts([killed, killed])).toEqual(['retry slowly', 'failed']);
    expect(verdicts([killed, lost, killed])).toEqual(['retry slowly', 'retry', 'failed']);
    expect(verdicts([killed, killed, killed], { ...FRESH, stable: true })).toEqual([
      'retry slowly',
      'retry slowly',
      'retry slowly',
    ]);
  });

  it('takes a logout for the end', () => {
    expect(verdicts([new GoodbyeError('wamp.close.logout')], { ...GOOD, stable: true })).toEqual(['failed']);
  });

  it('retries everything else', () => {
    const others = [
      lost,
      new ConnectionLostError('x'),
      new ConnectFailedError('x'),
      new GoodbyeError('wamp.close.system_shutdown'),
      new AbortError('com.app.unheard_of'),
      new RangeError('x'),
    ];
    for (const error of others)
      expect(verdicts(Array<Error>(20).fill(error))).toEqual(Array<Verdict>(20).fill('retry'));
  });
});

const settings = (reconnect: BaseOptions['reconnect'] & object) =>
  resolveOptions({ realm: 'realm1', transports: [refusing()], reconnect });
const exists = new ApplicationError('wamp.error.procedure_already_exists');

describe('healDelay', () => {
  it('is the wait of the backoff, by the number of tries', () => {
    virtual(() => {
      const mine = settings({ initialDelay: 100, growth: 2, maxDelay: 1000, jitter: 0 });
      expect([1, 2, 3, 4, 5].map((tries) => healDelay(mine, exists, tries, 0))).toEqual([100, 200, 400, 800, 1000]);
    });
  });

  it('has the default waits where the reconnection is the user’s own, or off', () => {
    virtual(() => {
      for (const reconnect of [false, tap<Session>()] as const) {
        const made = resolveOptions({ realm: 'realm1', transports: [refusing()], reconnect });
        const delay = healDelay(made, exists, 1, 0) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(1350);
        expect(delay).toBeLessThanOrEqual(1650);
      }
    });
  });

  it('ends with two minutes since healing began: the next try would come too late', () => {
    virtual(({ advance }) => {
      const mine = settings({ initialDelay: 1000, growth: 1, jitter: 0 });
      advance(5000);
      expect(healDelay(mine, exists, 9, 5000)).toBe(1000);
      advance(119_000);
      expect(healDelay(mine, exists, 9, 5000)).toBe(1000);
      advance(1);
      expect(healDelay(mine, exists, 9, 5000)).toBeUndefined();
    });
  });

  it('is for what may pass alone', () => {
    virtual(() => {
      const mine = settings({ jitter: 0 });
      for (const uri of ['wamp.error.not_authorized', 'wamp.error.invalid_uri', 'com.app.no']) {
        expect(healDelay(mine, new ApplicationError(uri), 1, 0))
          .withContext(uri)
          .toBeUndefined();
      }
      expect(healDelay(mine, new ConnectionLostError('x'), 1, 0)).toBeUndefined();
      expect(healDelay(mine, new InvalidStateError('x'), 1, 0)).toBeUndefined();
    });
  });
});
