import { waitedAt } from '../helpers/waited-at.ts';
import { EMPTY, Subject } from 'rxjs';
import { eventually } from '../../src/testing/index.ts';

describe('eventually', () => {
  it('tries until the assertion no longer throws, rejects or gives false, and returns its value', async () => {
    const outcomes: (() => unknown)[] = [
      () => {
        throw new Error('not yet');
      },
      () => Promise.reject(new Error('not yet')),
      () => false,
      () => Promise.resolve('there'),
    ];
    expect(await eventually(() => outcomes.shift()?.(), { interval: 1 })).toBe('there');
    expect(outcomes).toEqual([]);
  });

  it('tries at once when something happens', async () => {
    const happens = new Subject<void>();
    let so = false;
    const done = eventually(() => so, { interval: Infinity, on: happens });
    await Promise.resolve();
    so = true;
    happens.next();
    expect(await done).toBeTrue();
    expect(happens.observed).toBeFalse();
  });

  it('says in time-out how often it tried and what did not hold, and keeps what frameworks show', async () => {
    const why = Object.assign(new Error('1 is not 2'), { actual: 1, expected: 2 });
    const options = { timeout: 1, interval: Infinity, on: EMPTY };
    const failing = eventually(() => {
      throw why;
    }, options).catch((error: unknown) => error);
    expect(await failing).toEqual(
      jasmine.objectContaining({
        message: jasmine.stringMatching(
          new RegExp(`^Tried 1 times in 1 ms; in the end: 1 is not 2${waitedAt('eventually')}`),
        ),
        cause: why,
        actual: 1,
        expected: 2,
      }),
    );
    await expectAsync(eventually(() => false, options)).toBeRejectedWithError(
      /^Tried 1 times in 1 ms; in the end: it gave false/,
    );
    await expectAsync(eventually(() => new Promise(() => undefined), options)).toBeRejectedWithError(
      /^Tried 1 times in 1 ms; in the end: the assertion did not end/,
    );
  });

  it('refuses options that it does not know', () => {
    expect(() => eventually(() => true, { within: 1 } as never)).toThrowError(
      TypeError,
      "eventually: unknown option 'within'; known are timeout, interval, on, error; see rxwamp/src/client/errors.md#unknown-option",
    );
  });

  it('throws on at once what is not to be waited out', async () => {
    const thrown = [new RangeError('wait'), new TypeError('typo')];
    const trying = eventually(
      () => {
        throw thrown.shift()!;
      },
      { error: RangeError, interval: 1 },
    );
    await expectAsync(trying).toBeRejectedWithError(TypeError, 'typo');
    expect(thrown).toEqual([]);
  });
});
