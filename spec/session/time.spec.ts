import { NEVER, Subscription, timer } from 'rxjs';
import { after, elapsed, now, pausableTimeout } from '../../src/session/time.ts';
import { virtually } from '../helpers/virtual.ts';

describe('time', () => {
  it('runs on the clock of the schedulers', () => {
    virtually((at) => {
      const begin = now();
      let ran = -1;
      after(1000, () => (ran = now() - begin));
      at(999, () => expect(ran).toBe(-1));
      at(1001, () => expect(ran).toBe(1000));
    });
  });

  it('can be stopped', () => {
    virtually((at) => {
      let ran = false;
      const timer = after(1000, () => (ran = true));
      timer?.unsubscribe();
      at(2000, () => expect(ran).toBeFalse());
    });
  });

  it('that is over already comes next, without a negative delay', () => {
    const delays = spyOn(globalThis, 'setInterval').and.callThrough();
    after(-0.5, () => undefined)?.unsubscribe();
    expect(delays.calls.allArgs().map(([, delay]) => delay)).toEqual([0]);
  });

  it('beyond what timers know never comes, instead of at once', () => {
    expect(after(2 ** 31, () => undefined)).toBeUndefined();
    expect(after(Infinity, () => undefined)).toBeUndefined();
    const timer = after(2 ** 31 - 1, () => undefined);
    expect(timer?.closed).toBeFalse();
    timer?.unsubscribe();
  });
});

describe('elapsed', () => {
  it('is the clock of the schedulers in virtual time', () => {
    virtually((at) => {
      const begin = elapsed();
      at(3_600_000, () => expect(elapsed() - begin).toBe(3_600_000));
    });
  });

  it('does not follow a wall clock that is set', () => {
    const wall = Date.now();
    const begin = elapsed();
    const set = spyOn(Date, 'now');
    for (const shift of [-3_600_000, 3_600_000]) {
      set.and.returnValue(wall + shift);
      expect(now()).toBe(wall + shift);
      expect(elapsed() - begin).toBeGreaterThanOrEqual(0);
      expect(elapsed() - begin).toBeLessThan(60_000);
    }
  });
});

describe('pausableTimeout', () => {
  it('ends after its limit', () => {
    virtually((at, now) => {
      let late = -1;
      pausableTimeout(1000, new Subscription(), () => (late = now()));
      at(2000, () => expect(late).toBe(1000));
    });
  });

  it('stands still while something is asked for, also twice at a time', () => {
    virtually((at, now) => {
      let late = -1;
      const paused = pausableTimeout(1000, new Subscription(), () => (late = now()));
      at(400, () => {
        paused(timer(5000)).subscribe();
        paused(timer(9000)).subscribe();
      });
      at(9900, () => expect(late).toBe(-1));
      at(20_000, () => expect(late).toBe(10_000));
    });
  });

  it('goes on when asking is given up, and ends with what it is for', () => {
    virtually((at, now) => {
      let late = -1;
      let never = -1;
      const paused = pausableTimeout(1000, new Subscription(), () => (late = now()));
      const over = new Subscription();
      pausableTimeout(1000, over, () => (never = now()));
      const asking = paused(NEVER).subscribe();
      at(500, () => {
        asking.unsubscribe();
        over.unsubscribe();
      });
      at(5000, () => expect([late, never]).toEqual([1500, -1]));
    });
  });
});
