import { Observable } from 'rxjs';
import { pause, reconnect } from '../../src/client/reconnect.ts';
import { record } from '../../src/testing/index.ts';
import { virtual } from './helpers.ts';

/** A source that fails whenever it is subscribed to, and keeps when that was. */
function failing(now: () => number): { source: Observable<never>; at: number[] } {
  const at: number[] = [];
  const source = new Observable<never>((subscriber) => {
    at.push(now());
    subscriber.error(new Error(`failure ${at.length}`));
  });
  return { source, at };
}

describe('pause', () => {
  it('lasts as long as it is told, emits once and completes', () => {
    virtual(({ advance, timers }) => {
      const paused = record(pause(250));
      advance(249);
      expect(paused.values.length).toBe(0);
      advance(1);
      expect(paused.values.length).toBe(1);
      expect(paused.completed).toBeTrue();
      expect(timers()).toBe(0);
    });
  });

  it('does not end at once where timers cannot wait so long', () => {
    virtual(({ advance }) => {
      const paused = record(pause(2 ** 40));
      advance(2 ** 30);
      expect(paused.values.length).toBe(0);
      paused.stop();
    });
  });
});

describe('reconnect()', () => {
  it('retries for ever by default, with the default waits', () => {
    virtual(({ advance, now }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ random: () => 0.5 })));
      advance(1500 + 2250 + 3375);
      expect(at).toEqual([0, 1500, 3750, 7125]);
      advance(100_000_000);
      expect(retried.ended).toBeFalse();
      retried.stop();
    });
  });

  it('gives up after maxRetries in a row with the last error', () => {
    virtual(({ advance, now }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ initialDelay: 10, growth: 1, jitter: 0, maxRetries: 2 })));
      advance(1000);
      expect(at).toEqual([0, 10, 20]);
      expect((retried.error as Error).message).toBe('failure 3');
    });
  });

  it('does not try again with maxRetries: 0', () => {
    virtual(({ advance, now, timers }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ maxRetries: 0 })));
      advance(1000);
      expect(at).toEqual([0]);
      expect(retried.ended).toBeTrue();
      expect(timers()).toBe(0);
    });
  });
});
