import { after, now } from '../../src/session/time.ts';
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

  it('beyond what timers know never comes, instead of at once', () => {
    expect(after(2 ** 31, () => undefined)).toBeUndefined();
    expect(after(Infinity, () => undefined)).toBeUndefined();
    const timer = after(2 ** 31 - 1, () => undefined);
    expect(timer?.closed).toBeFalse();
    timer?.unsubscribe();
  });
});
