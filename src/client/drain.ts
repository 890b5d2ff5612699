import { after } from '../session/time.ts';
import type { Engine } from './engine.ts';

/** Milliseconds between looks at what is under way. */
const LOOK = 50;

/**
 * Unregisters all procedures, and calls `then` when the router has confirmed that and every invocation is answered, or after
 * so many milliseconds.
 */
export function drained(engine: Engine, most: number, then: () => void): void {
  const { recovery, present, previous } = engine;
  // what comes back at once does so at the next look
  if (most > 0) for (const stream of [...recovery.streams.values()]) stream.complete?.();
  const running = [present, previous].some((joined) => joined?.dispatch.invocations.size);
  const busy = running || [...recovery.streams.values()].some(({ kind }) => kind === 'procedure');
  if (most > 0 && busy) after(Math.min(most, LOOK), () => drained(engine, most - LOOK, then));
  else then();
}
