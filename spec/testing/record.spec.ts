import { EMPTY, NEVER, of, Subject, throwError } from 'rxjs';
import { createTestRouter, record, whenRegistered, whenSession, whenSubscribed } from '../../src/testing/index.ts';
import { joined } from '../router/raw.ts';

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
      'Expected 1 more values: 0 values came, then it completed',
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
    await expectAsync(record(NEVER).next(1, 1)).toBeRejectedWithError('Waited 1 ms for a value: 0 values came');
    const long = new Subject<unknown>();
    const recording = record(long);
    long.next('x'.repeat(1000));
    await expectAsync(recording.next(2, 1)).toBeRejectedWithError(
      /1 ms for 2 values: 1 values came, the last "x{296}…/,
    );
    long.next(circle);
    await expectAsync(recording.done(1)).toBeRejectedWithError(/the end: 2 values came, the last \[object Object\]/);
  });

  it('unsubscribes at stop', () => {
    const source = new Subject<number>();
    const recording = record(source);
    recording.unsubscribe();
    expect(source.observed).toBeFalse();
    expect(recording.ended).toBeFalse();
  });
});

describe('waiting functions', () => {
  it('are those of the router', async () => {
    const router = createTestRouter();
    joined(router).send([32, 1, {}, 'com.topic'], [64, 2, {}, 'com.p']);
    expect((await whenSession(router)).realm).toBe('realm1');
    expect((await whenSubscribed(router, 'com.topic')).length).toBe(1);
    expect((await whenRegistered(router, 'com.p', 1)).length).toBe(1);
  });
});
