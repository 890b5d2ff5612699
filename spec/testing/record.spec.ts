import { waitedAt } from '../helpers/waited-at.ts';
import { EMPTY, NEVER, of, Subject, throwError } from 'rxjs';
import { record } from '../../src/testing/index.ts';

describe('record', () => {
  it('collects values, error and completion', () => {
    const all = record(of(1, 2));
    expect([all.values, all.completed, all.ended, all.error]).toEqual([[1, 2], true, true, undefined]);
    const failed = record(throwError(() => 'why'));
    expect([failed.completed, failed.ended, failed.error]).toEqual([false, true, 'why']);
  });

  it('hands values out once, those that came before and those to come', async () => {
    const source = new Subject<number>();
    const recording = record(source);
    source.next(1);
    const [first, pair] = [recording.next(), recording.next(2)];
    source.next(2);
    source.next(3);
    expect([await first, await pair]).toEqual([[1], [2, 3]]);
  });

  it('rejects with the error of the stream, and where it ends too early', async () => {
    await expectAsync(record(throwError(() => new Error('why'))).next()).toBeRejectedWithError('why');
    await expectAsync(record(EMPTY).next()).toBeRejectedWithError(
      'Expected 1 more values; instead there is 0 values, then it completed',
    );
    await expectAsync(record(of(1n, 2n)).next(3)).toBeRejectedWithError(/the last "2n"/);
    const stopped = record(NEVER);
    stopped.stop();
    await expectAsync(stopped.next()).toBeRejectedWithError(/then it stopped/);
  });

  it('resolves or rejects at the end', async () => {
    expect(await record(of(1, 2)).done()).toEqual([1, 2]);
    await expectAsync(record(throwError(() => new Error('why'))).done()).toBeRejectedWithError('why');
  });

  it('says in time what came instead', async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    await expectAsync(record(NEVER).next(1, { timeout: 1 })).toBeRejectedWithError(
      new RegExp(`^Waited 1 ms for a value; instead there is 0 values${waitedAt('record')}`),
    );
    const long = new Subject<unknown>();
    const recording = record(long);
    long.next('x'.repeat(1000));
    await expectAsync(recording.next(2, { timeout: 1 })).toBeRejectedWithError(
      /1 ms for 2 values; instead there is 1 value, the last "x{296}…/,
    );
    long.next(circle);
    await expectAsync(recording.done({ timeout: 1 })).toBeRejectedWithError(
      /the end; instead there is 2 values, the last \[object Object\]/,
    );
  });

  it('unsubscribes at stop', () => {
    const source = new Subject<number>();
    const recording = record(source);
    recording.unsubscribe();
    expect(source.observed).toBeFalse();
    expect(recording.ended).toBeFalse();
  });
});
