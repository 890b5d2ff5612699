import { firstValueFrom, of, Subject } from 'rxjs';
import { resolve, fromMaybeAsync, isPromise } from '../src/async.ts';
import { record } from '../src/testing/record.ts';

describe('what is given now or later', () => {
  it('may be a value, a Promise, a thenable or an Observable, whose first value counts', async () => {
    const thenable = { then: (done: (value: string) => void) => done('x') } as unknown as PromiseLike<string>;
    for (const source of ['x', Promise.resolve('x'), thenable, of('x', 'y')]) {
      expect(await firstValueFrom(fromMaybeAsync(() => source))).toBe('x');
    }
  });

  it('errors where the source throws, rejects, or completes without a value', async () => {
    const thrown = record(
      fromMaybeAsync(() => {
        throw new RangeError('mine');
      }),
    );
    expect(thrown.error).toBeInstanceOf(RangeError);
    await expectAsync(
      firstValueFrom(fromMaybeAsync(() => Promise.reject(new RangeError('mine')))),
    ).toBeRejectedWithError(RangeError);
    expect(record(fromMaybeAsync(() => of())).error).toBeInstanceOf(Error);
  });

  it('leaves an Observable once it has a value, and when it is unsubscribed from', () => {
    const source = new Subject<string>();
    const seen = record(fromMaybeAsync(() => source));
    source.next('x');
    expect([seen.values, seen.completed, source.observed]).toEqual([['x'], true, false]);
    record(fromMaybeAsync(() => source)).stop();
    expect(source.observed).toBeFalse();
  });

  it('is asked for by a function anew each time', async () => {
    let n = 0;
    const source = resolve(() => ++n);
    expect([await firstValueFrom(source), await firstValueFrom(source)]).toEqual([1, 2]);
    expect(await firstValueFrom(resolve('plain'))).toBe('plain');
  });
});

describe('isPromise', () => {
  it('is true for what has then()', () => {
    expect([Promise.resolve(), { then: () => undefined }].map(isPromise)).toEqual([true, true]);
    expect([undefined, null, 1, 'x', {}, { then: 1 }, of(1)].some(isPromise)).toBeFalse();
  });
});
