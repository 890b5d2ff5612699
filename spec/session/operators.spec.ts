import { of } from 'rxjs';
import { CallResult } from '../../src/session/events.ts';
import { finalResult } from '../../src/session/call.ts';
import { record } from '../../src/testing/record.ts';

describe('finalResult', () => {
  const partial = new CallResult([50, 1, { progress: true }, [1]], 'com.app.f');
  const final = new CallResult([50, 1, {}, [2]], 'com.app.f');

  it('lets the final result through and completes', () => {
    const seen = record(of(partial, partial, final).pipe(finalResult()));
    expect([seen.values, seen.completed]).toEqual([[final], true]);
  });

  it('emits nothing where the final one was empty', () => {
    const seen = record(of(partial).pipe(finalResult()));
    expect([seen.values, seen.completed]).toEqual([[], true]);
  });
});
