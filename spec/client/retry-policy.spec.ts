import { RetryPolicy, type Circumstances, type Verdict } from '../../src/client/retry-policy.ts';
import {
  AbortError,
  ConnectFailedError,
  ConnectionLostError,
  GoodbyeError,
  ProtocolError,
} from '../../src/protocol/errors.ts';

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
