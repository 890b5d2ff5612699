import { NEVER, of, Subject, throwError, EMPTY, type ObservableInput } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { conflate, type ConflateOptions } from '../../src/flow/conflate.ts';

/** As marbles: `C` is c after one that was left out, `2` is d after two. */
function marbles(source: string, expected: string, options?: ConflateOptions<string>, error?: unknown): void {
  new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(({ cold, expectObservable }) => {
    const values: Record<string, unknown> = { C: { value: 'c', skipped: 1 }, 2: { value: 'd', skipped: 2 } };
    for (const value of 'abcde') values[value] = { value, skipped: 0 };
    expectObservable(cold(source, undefined, error).pipe(conflate(options))).toBe(expected, values, error);
  });
}

describe('conflate()', () => {
  it('lets one value through in each period, the latest, and counts those left out', () => {
    marbles('abcd-------e---|', 'a---2------e---|', { period: 4 });
  });

  it('lets everything through that is slower', () => {
    marbles('a----b----c|', 'a----b----c|', { period: 4 });
  });

  it('never leaves out the last value before completion', () => {
    marbles('abc|', 'a---(C|)', { period: 4 });
  });

  it('lets an error pass at once', () => {
    marbles('abc#', 'a--#', { period: 10 }, new Error('gone'));
  });

  it('waits for the observer, however it says that it is ready', () => {
    for (const ready of [(work: Subject<void>) => work.next(), (work: Subject<void>) => work.complete()]) {
      const source = new Subject<number>();
      const seen: unknown[] = [];
      let work = new Subject<void>();
      source
        .pipe(conflate({ until: () => (work = new Subject<void>()) }))
        .subscribe(({ value, skipped }) => seen.push([value, skipped]));
      for (const value of [1, 2, 3]) source.next(value);
      expect(seen).toEqual([[1, 0]]);
      ready(work);
      expect(seen).toEqual([
        [1, 0],
        [3, 1],
      ]);
      source.next(4);
      ready(work);
      ready(work);
      source.next(5);
      expect(seen.slice(2)).toEqual([
        [4, 0],
        [5, 0],
      ]);
    }
  });

  it('takes work that is done at once, and fails with work that fails', () => {
    const outcomes: [ObservableInput<unknown>, unknown[]][] = [
      [of(0), [1, 2, 3, 'end']],
      [EMPTY, [1, 2, 3, 'end']],
      [NEVER, [1]],
      [throwError(() => 'no'), [1, 'no']],
    ];
    for (const [work, expected] of outcomes) {
      const seen: unknown[] = [];
      of(1, 2, 3)
        .pipe(conflate({ until: () => work }))
        .subscribe({
          next: ({ value }) => seen.push(value),
          error: (error) => seen.push(error),
          complete: () => seen.push('end'),
        });
      expect(seen).toEqual(expected);
    }
  });

  it('counts for each observer by itself', () => {
    const source = new Subject<string>();
    const conflated = source.pipe(conflate({ until: () => NEVER }));
    const skipped: number[] = [];
    conflated.subscribe((each) => skipped.push(each.skipped));
    source.next('a');
    source.next('b');
    conflated.subscribe((each) => skipped.push(each.skipped));
    source.next('c');
    expect(skipped).toEqual([0, 0]);
  });

  it('names what is wrong', () => {
    expect(() => conflate({ period: 'x' as unknown as number })).toThrowError(/conflate\(\): period must be a number/);
    expect(() => conflate({ scheduler: {} as never })).toThrowError(/scheduler must be a scheduler/);
    expect(() => conflate({ period: 1, until: () => NEVER })).toThrowError(/until, or a period/);
  });
});
