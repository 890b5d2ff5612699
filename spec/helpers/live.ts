// Streams that are in force when the spec goes on.
import { asapScheduler, tap } from 'rxjs';
import type { WampEvent, Handler } from '../../src/session/events.ts';
import type { RegisterOptions, Registration, SubscribeOptions, Wamp } from '../../src/session/options.ts';
import { type Recording, record } from '../../src/testing/record.ts';

let count = 0;

/** A URI that no other spec uses. */
export const fresh = (name: string): string => `spec.n${(count += 1)}.${Date.now().toString(36)}.${name}`;

/** The values of what has arrived. */
export const values = (recording: { readonly values: readonly { readonly value: unknown }[] }): unknown[] =>
  recording.values.map(({ value }) => value);

/** Subscribes, and resolves once the router has confirmed it; rejects where it refuses. */
export function live<T = unknown>(
  wamp: Wamp,
  topic: string,
  options: SubscribeOptions = {},
): Promise<Recording<WampEvent<T>>> {
  return new Promise((resolve, reject) => {
    // of a live topic it is called before record() returns
    const onSubscribed = (): void => {
      asapScheduler.schedule(() => {
        resolve(events);
      });
    };
    const events = record(wamp.subscribe<T>(topic, { ...options, onSubscribed }).pipe(tap({ error: reject })));
  });
}

/** Registers, and resolves once the router has confirmed it; rejects where it refuses. */
export async function provided(
  wamp: Wamp,
  procedure: string,
  handler: Handler,
  options: RegisterOptions = {},
): Promise<Recording<Registration>> {
  const registration = record(wamp.register(procedure, handler, options));
  await registration.next();
  return registration;
}
