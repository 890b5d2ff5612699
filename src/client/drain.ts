import { after } from '../session/time.ts';
import type { Engine } from './engine.ts';

/** Milliseconds between looks at the invocations that run. */
const LOOK = 50;

/** Unregisters all procedures, and calls `then` when no invocation runs any more, or after so many milliseconds. */
export function drained(engine: Engine, most: number, then: () => void): void {
  for (const stream of engine.recovery.streams.values()) stream.complete?.();
  // not at once: calls may be on their way
  after(Math.min(most, LOOK), () => {
    if (most > LOOK && engine.present?.dispatch.invocations.size) drained(engine, most - LOOK, then);
    else then();
  });
}
