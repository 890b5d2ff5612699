import { tap } from 'rxjs';
import { healDelay } from '../../src/client/retry-policy.ts';
import { resolveOptions, type BaseOptions } from '../../src/client/client-options.ts';
import { ApplicationError, ConnectionLostError, InvalidStateError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import { refusing, virtual } from './helpers.ts';

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
