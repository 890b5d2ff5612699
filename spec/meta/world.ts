// Clients in one realm of a test router, in virtual time.
import type { Observable } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import type { RouterProfile } from '../../src/router/quirks.ts';
import { record, type Recording } from '../../src/testing/record.ts';
import type { RouterOptions } from '../../src/router/router-options.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { inState, STEADY, tracked, virtual, type VirtualTime } from '../client/helpers.ts';

/** The routers that clients meet: as specified, and two real ones. */
export const PROFILES: readonly (readonly [name: string, options: { readonly like?: RouterProfile }])[] = [
  ['as specified', {}],
  ['like Crossbar.io', { like: 'crossbar' }],
  ['like nexus', { like: 'nexus' }],
];

/** A realm with an observing client and another one, both joined. */
export interface Realm extends VirtualTime {
  readonly router: TestRouter;
  readonly wamp: Client;
  readonly other: Client;
  /** One more client, joined. */
  client(): Client;
  /** Records an Observable, and lets happen what is due. */
  watch<T>(source: Observable<T>): Recording<T>;
  /** The one value of an Observable that emits at once. */
  answer<T>(source: Observable<T>): T;
  /** Runs a command, which must emit once. */
  done(source: Observable<void>): void;
  /** The error of an Observable that errors at once. */
  failure(source: Observable<unknown>): unknown;
}

/** The session that a client is in. */
export const idOf = (client: Client): number => inState(client, 'joined').session.id;

/** Runs a test in a realm of a router of its own. */
export function inRealm(options: RouterOptions, test: (realm: Realm) => void): void {
  virtual((time) => {
    const router = createTestRouter(options);
    const client = (): Client => {
      const made = tracked(
        new Client({ realm: 'realm1', transports: [router.transport()], reconnect: STEADY, keepalive: false }),
      );
      made.connect();
      time.advance();
      return made;
    };
    const watch = <T>(source: Observable<T>): Recording<T> => {
      const recording = record(source);
      time.advance();
      return recording;
    };
    test({
      ...time,
      router,
      wamp: client(),
      other: client(),
      client,
      watch,
      answer<T>(source: Observable<T>): T {
        const { values, completed, error } = watch(source);
        if (values.length !== 1 || !completed)
          throw new Error(`Expected one value, got ${values.length}`, { cause: error });
        return values[0] as T;
      },
      done(source) {
        const { values, completed } = watch(source);
        expect([values.length, completed]).toEqual([1, true]);
      },
      failure: (source) => watch(source).error,
    });
  });
}
