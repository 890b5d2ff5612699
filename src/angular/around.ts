import type { Observable } from 'rxjs';

/** Runs a verb, given as a function, and returns what it returned or something around it. */
export type Around = <T>(verb: (...args: unknown[]) => Observable<T>, args: unknown[], name: string) => Observable<T>;

/** Puts a function around methods of one client or session. */
export function putAround(target: object, names: readonly string[], around: Around): void {
  for (const name of names) {
    const verb = (target as Record<string, (...args: unknown[]) => Observable<unknown>>)[name];
    if (verb === undefined) continue;
    Object.defineProperty(target, name, {
      value: (...args: unknown[]) => around((...passed) => Reflect.apply(verb, target, passed), args, name),
      configurable: true,
    });
  }
}
