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

const FRESH: Circumstances = { transport: 'a', joinedBefore: false, renewable: false, stable: false };
const JOINED: Circumstances = { ...FRESH, joinedBefore: true };

const abort = (reason: string): AbortError => new AbortError(`wamp.error.${reason}`);
const closed = (code?: number): ConnectionLostError => new ConnectionLostError('x', { code });
const answered = (status: number): ConnectFailedError => new ConnectFailedError('x', 1, [], { status });
const goodbye = (reason: string): GoodbyeError => new GoodbyeError(`wamp.close.${reason}`);
const named = (errors: Readonly<Record<string, Error>>): [string, Error][] => Object.entries(errors);
const each = <T>(values: readonly T[], name: (value: T) => string, make: (value: T) => Error): [string, Error][] =>
  values.map((value) => [name(value), make(value)]);

const refusals: [string, Error][] = [
  ...each(
    [
      'no_such_realm',
      'no_such_role',
      'no_such_principal',
      'authentication_denied',
      'authentication_required',
      'no_matching_auth_method',
      'no_auth_method',
      'not_authorized',
      'authorization_denied',
    ],
    (reason) => `ABORT ${reason}`,
    abort,
  ),
  ...each([401, 403, 404], (status) => `HTTP ${status}`, answered),
  ...named({ 'our own refusal': new AbortError('com.app.mine', {}, { local: true }) }),
];
const doubtful = each(['authentication_failed', 'authorization_failed'], (reason) => `ABORT ${reason}`, abort);
const violations: [string, Error][] = [
  ...named({ 'ABORT protocol_violation': abort('protocol_violation'), 'a violation found': new ProtocolError('x') }),
  ...each([1002, 1003, 1007, 1008, 1009, 1011], (code) => `close code ${code}`, closed),
];
const losses: [string, Error][] = [
  ...each([1000, 1001, 1005, 1006, 1012, 1013, 3000, undefined], (code) => `close code ${code}`, closed),
  ...each([302, 400, 408, 426, 429, 500, 502, 503], (status) => `HTTP ${status}`, answered),
  ...each(['system_shutdown', 'normal', 'goodbye_and_out'], (reason) => `GOODBYE ${reason}`, goodbye),
  ...named({
    'ABORT system_shutdown': new AbortError('wamp.close.system_shutdown'),
    'ABORT with another URI': new AbortError('com.app.unheard_of'),
    'a refused dial': new ConnectFailedError('x'),
    'any other error': new RangeError('x'),
  }),
];

const SLOWLY: Verdict = 'retry slowly';
const times = (n: number, verdict: Verdict): Verdict[] => Array<Verdict>(n).fill(verdict);

/** The verdicts on these errors, one after the other. */
const verdicts = (errors: readonly Error[], circumstances = FRESH, policy = new RetryPolicy()): Verdict[] =>
  errors.map((error) => policy.judge(error, circumstances));

describe('RetryPolicy', () => {
  const rows: [events: [string, Error][], before: Verdict[], renewable: Verdict[], after: Verdict[]][] = [
    [refusals, times(2, 'transport failed'), ['retry', 'transport failed'], times(20, SLOWLY)],
    [doubtful, [...times(4, 'retry'), 'failed'], [...times(4, 'retry'), 'failed'], times(20, SLOWLY)],
    [violations, [...times(2, 'retry'), 'failed'], [...times(2, 'retry'), 'failed'], times(20, SLOWLY)],
    [losses, times(20, 'retry'), times(20, 'retry'), times(20, 'retry')],
    [[['GOODBYE killed', goodbye('killed')]], [SLOWLY, 'failed'], [SLOWLY, 'failed'], [SLOWLY, 'failed']],
    [[['GOODBYE logout', goodbye('logout')]], ['failed'], ['failed'], ['failed']],
  ];
  for (const [events, before, renewable, after] of rows) {
    for (const [name, error] of events) {
      it(`${name}: ${before.join(', ').slice(0, 60)} before the first session, ${after[0]} after it`, () => {
        const row = (expected: Verdict[], circumstances: Circumstances): void =>
          expect(verdicts(Array<Error>(expected.length).fill(error), circumstances)).toEqual(expected);
        row(before, FRESH);
        row(renewable, { ...FRESH, renewable: true });
        row(after, JOINED);
        row(after, { ...JOINED, renewable: true });
      });
    }
  }

  it('has each transport asked once more where the secret is a function', () => {
    const policy = new RetryPolicy();
    const refused = abort('authentication_denied');
    const of = (transport: string): Verdict => policy.judge(refused, { ...FRESH, renewable: true, transport });
    expect([of('a'), of('b'), of('a'), of('b')]).toEqual(['retry', 'retry', 'transport failed', 'transport failed']);
  });

  it('counts in a row: another end in between begins anew', () => {
    const failed = abort('authentication_failed');
    expect(verdicts([failed, failed, failed, failed, closed(1006), failed]).at(-1)).toBe('retry');
    expect(verdicts([closed(1011), new ProtocolError('x'), closed(1006), closed(1002)]).at(-1)).toBe('retry');
    expect(verdicts([closed(1011), new ProtocolError('x'), closed(1002)]).at(-1)).toBe('failed');
  });

  it('takes a second kill for the end until a session was stable, whatever came between', () => {
    const killed = goodbye('killed');
    expect(verdicts([killed, closed(1006), killed], JOINED)).toEqual([SLOWLY, 'retry', 'failed']);
    expect(verdicts([killed, killed, killed], { ...JOINED, stable: true })).toEqual(times(3, SLOWLY));
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
