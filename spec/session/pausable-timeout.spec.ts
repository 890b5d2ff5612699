import { NEVER, Subscription, timer } from 'rxjs';
import { mergeIdentities } from '../../src/auth/identities.ts';
import { pausableTimeout } from '../../src/session/time.ts';
import { virtually } from '../helpers/virtual.ts';

describe('mergeIdentities', () => {
  it('makes one of several shares', () => {
    expect(
      mergeIdentities([
        { authid: 'joe', authextra: { pubkey: 'x' } },
        { authid: 'joe', authrole: 'user', authextra: { nonce: 'y' } },
        {},
      ]),
    ).toEqual({ authid: 'joe', authrole: 'user', authextra: { pubkey: 'x', nonce: 'y' } });
    expect(mergeIdentities([])).toEqual({});
    expect(mergeIdentities([{ authid: 'joe' }, {}])).toEqual({ authid: 'joe' });
  });

  it('refuses contradictions and names them', () => {
    const contradict = (a: object, b: object) => () => mergeIdentities([a, b]);
    expect(contradict({ authid: 'joe' }, { authid: 'ann' })).toThrowError(TypeError, /authid/);
    expect(contradict({ authrole: 'a' }, { authrole: 'b' })).toThrowError(TypeError, /authrole/);
    expect(contradict({ authextra: { nonce: 1 } }, { authextra: { nonce: 2 } })).toThrowError(TypeError, /nonce/);
  });
});

describe('patience', () => {
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
