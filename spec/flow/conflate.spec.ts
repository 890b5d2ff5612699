import { EMPTY, NEVER, of, range, Subject, take, throwError, type ObservableInput } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { conflate, type ConflateOptions } from '../../src/flow/conflate.ts';
import { virtually } from '../helpers/virtual.ts';

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

  it('begins the work of the last value, too, and completes when that is done', () => {
    const source = new Subject<number>();
    const seen: unknown[] = [];
    const works: Subject<void>[] = [];
    source
      .pipe(
        conflate({
          until: (value) => {
            seen.push(`work ${value}`);
            const work = new Subject<void>();
            works.push(work);
            return work;
          },
        }),
      )
      .subscribe({ complete: () => seen.push('end') });
    for (const value of [1, 2, 3]) source.next(value);
    source.complete();
    expect(works[0]!.observed).toBeTrue();
    works[0]!.next();
    expect(seen).toEqual(['work 1', 'work 3']);
    expect(works.map((work) => work.observed)).toEqual([false, true]);
    works[1]!.complete();
    expect(seen).toEqual(['work 1', 'work 3', 'end']);
  });

  it('does not let go of work when the source completes with nothing left', () => {
    const work = new Subject<void>();
    let ended = false;
    of(1)
      .pipe(conflate({ until: () => work }))
      .subscribe({ complete: () => (ended = true) });
    expect([work.observed, ended]).toEqual([true, false]);
    work.next();
    expect([work.observed, ended]).toEqual([false, true]);
  });

  it('keeps its period where the observer makes the source emit', () => {
    virtually((at, now) => {
      const source = new Subject<number>();
      const seen: unknown[] = [];
      source.pipe(conflate({ period: 10 })).subscribe(({ value, skipped }) => {
        seen.push([now(), value, skipped]);
        if (value < 3) source.next(value + 1);
      });
      source.next(0);
      at(100, () =>
        expect(seen).toEqual([
          [0, 0, 0],
          [10, 1, 0],
          [20, 2, 0],
          [30, 3, 0],
        ]),
      );
    });
  });

  it('lets go of a source that emits without an end, and of work under way', () => {
    const seen: number[] = [];
    range(1, Infinity)
      .pipe(conflate({ until: () => EMPTY }), take(3))
      .subscribe(({ value }) => seen.push(value));
    expect(seen).toEqual([1, 2, 3]);
    const source = new Subject<number>();
    const work = new Subject<void>();
    const subscription = source.pipe(conflate({ until: () => work })).subscribe();
    source.next(1);
    expect([source.observed, work.observed]).toEqual([true, true]);
    subscription.unsubscribe();
    expect([source.observed, work.observed]).toEqual([false, false]);
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
    expect(() => conflate({ period: 1, until: () => NEVER })).toThrowError(/until, or period/);
  });
});
