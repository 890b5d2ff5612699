import { age, bytes, duration, grouped, plural, timeOfDay } from '../../src/inspector/format.ts';

describe('what the inspector writes', () => {
  it('writes durations with two units at most', () => {
    const texts = [0, 0.25, 45, 999.9, 1200, 8000, 9960, 59_600, 200_000, 3_600_000, 90_000_000, -5].map(duration);
    expect(texts).toEqual([
      '0 ms',
      '0.3 ms',
      '45 ms',
      '1 s',
      '1.2 s',
      '8 s',
      '10 s',
      '1 min 00 s',
      '3 min 20 s',
      '1 h 00 min',
      '1 d 01 h',
      '0 ms',
    ]);
  });

  it('writes ages in whole seconds', () => {
    expect([-1, 999, 1000, 8999, 61_900].map(age)).toEqual(['0 s', '0 s', '1 s', '8 s', '1 min 01 s']);
  });

  it('writes bytes in units of thousand', () => {
    expect([0, 999, 1400, 23_456_789, 5e9].map(bytes)).toEqual(['0 B', '999 B', '1.4 kB', '23 MB', '5.0 GB']);
  });

  it('groups thousands, and counts', () => {
    expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1\u202f000', '1\u202f234\u202f567']);
    expect([plural(1, 'stream'), plural(2, 'stream')]).toEqual(['1 stream', '2 streams']);
  });

  it('writes the time of day with milliseconds', () => {
    expect(timeOfDay(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
  });
});
