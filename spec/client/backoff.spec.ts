import { backoff } from '../../src/client/backoff.ts';

describe('backoff', () => {
  const first = (n: number, delay: (retry: number) => number): number[] =>
    Array.from({ length: n }, (_, i) => delay(i + 1));

  it('begins with initialDelay and grows by growth', () => {
    expect(first(4, backoff({ initialDelay: 1000, growth: 2, jitter: 0 }))).toEqual([1000, 2000, 4000, 8000]);
  });

  it('has defaults: 1.5 s, half as much again each time, five minutes at most', () => {
    const delay = backoff({ jitter: 0 });
    expect(first(3, delay)).toEqual([1500, 2250, 3375]);
    expect(delay(1000)).toBe(300_000);
  });

  it('is capped at maxDelay', () => {
    expect(first(4, backoff({ initialDelay: 1000, growth: 2, maxDelay: 3000, jitter: 0 }))).toEqual([
      1000, 2000, 3000, 3000,
    ]);
  });

  it('waits the same again with a growth of 1', () => {
    expect(first(3, backoff({ initialDelay: 70, growth: 1, jitter: 0 }))).toEqual([70, 70, 70]);
  });

  it('strays to either side by the fraction jitter of the wait', () => {
    const with_ = (random: number): number[] =>
      first(2, backoff({ initialDelay: 1000, growth: 2, jitter: 0.1, random: () => random }));
    expect(with_(0)).toEqual([900, 1800]);
    expect(with_(0.5)).toEqual([1000, 2000]);
    expect(with_(1)).toEqual([1100, 2200]);
  });

  it('does not stray beyond maxDelay', () => {
    expect(backoff({ initialDelay: 1000, maxDelay: 1000, jitter: 0.5, random: () => 1 })(1)).toBe(1000);
  });

  it('strays by a tenth by default, each time anew', () => {
    const delay = backoff({ initialDelay: 10_000 });
    const waits = Array.from({ length: 100 }, () => delay(1));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(9000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(11_000);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it('is a pure function of the number and the random source', () => {
    const delay = backoff({ jitter: 0 });
    expect([delay(3), delay(1), delay(3)]).toEqual([3375, 1500, 3375]);
  });
});
