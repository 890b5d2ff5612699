import { asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** Runs `body` on virtual time; `at` does something after so many milliseconds, `now` says how many have passed. */
export function virtually(body: (at: (ms: number, action: () => void) => void, now: () => number) => void): void {
  new TestScheduler(() => undefined).run(() => {
    const start = asyncScheduler.now();
    body(
      (ms, action) => void asyncScheduler.schedule(action, ms),
      () => asyncScheduler.now() - start,
    );
  });
}
