import { firstValueFrom, NEVER, of, Subject, Subscription, timer } from 'rxjs';
import { ask, eventually, isPromise, mergeIdentities, patience } from '../../src/session/asking.ts';
import { record } from '../../src/testing/record.ts';
import { virtually } from '../helpers/virtual.ts';

describe('what is given now or later', () => {
  it('may be a value, a Promise, a thenable or an Observable, whose first value counts', async () => {
    const thenable = { then: (done: (value: string) => void) => done('x') } as unknown as PromiseLike<string>;
    for (const source of ['x', Promise.resolve('x'), thenable, of('x', 'y')]) {
      expect(await firstValueFrom(eventually(() => source))).toBe('x');
    }
  });

  it('errors where the source throws, rejects, or completes without a value', async () => {
    const thrown = record(
      eventually(() => {
        throw new RangeError('mine');
      }),
    );
    expect(thrown.error).toBeInstanceOf(RangeError);
    await expectAsync(firstValueFrom(eventually(() => Promise.reject(new RangeError('mine'))))).toBeRejectedWithError(
      RangeError,
    );
    expect(record(eventually(() => of())).error).toBeInstanceOf(Error);
  });

  it('leaves an Observable once it has a value, and when nobody waits any more', () => {
    const source = new Subject<string>();
    const seen = record(eventually(() => source));
    source.next('x');
    expect([seen.values, seen.completed, source.observed]).toEqual([['x'], true, false]);
    record(eventually(() => source)).stop();
    expect(source.observed).toBeFalse();
  });

  it('is asked for by a function anew each time', async () => {
    let n = 0;
    const source = ask(() => ++n);
    expect([await firstValueFrom(source), await firstValueFrom(source)]).toEqual([1, 2]);
    expect(await firstValueFrom(ask('plain'))).toBe('plain');
  });
});

describe('isPromise', () => {
  it('is true for what has then()', () => {
    expect([Promise.resolve(), { then: () => undefined }].map(isPromise)).toEqual([true, true]);
    expect([undefined, null, 1, 'x', {}, { then: 1 }, of(1)].some(isPromise)).toBeFalse();
  });
});

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
      patience(1000, new Subscription(), () => (late = now()));
      at(2000, () => expect(late).toBe(1000));
    });
  });

  it('stands still while something is asked for, also twice at a time', () => {
    virtually((at, now) => {
      let late = -1;
      const paused = patience(1000, new Subscription(), () => (late = now()));
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
      const paused = patience(1000, new Subscription(), () => (late = now()));
      const over = new Subscription();
      patience(1000, over, () => (never = now()));
      const asking = paused(NEVER).subscribe();
      at(500, () => {
        asking.unsubscribe();
        over.unsubscribe();
      });
      at(5000, () => expect([late, never]).toEqual([1500, -1]));
    });
  });
});
