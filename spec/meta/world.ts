// Clients on a test router in virtual time, each router's habits in turn.
import type { Client } from '../../src/client/client.ts';
import type { RouterProfile } from '../../src/testing/quirks.ts';
import { record, type Recording } from '../../src/testing/record.ts';
import type { TestRouter } from '../../src/testing/router.ts';
import type { TestRouterOptions } from '../../src/testing/options.ts';
import { createTestRouter } from '../../src/testing/router.ts';
import { tracked, virtual, world, STEADY, type VirtualTime } from '../client/helpers.ts';
import { Client as AnyClient } from '../../src/client/client.ts';
import type { Observable } from 'rxjs';

/** The habits to be met: the specification's, and those of two routers. */
export const PROFILES: readonly (RouterProfile | undefined)[] = [undefined, 'crossbar', 'nexus'];

export const named = (like: RouterProfile | undefined): string => like ?? 'the specification';

/** A realm with a client that watches and one that is watched, joined. */
export interface MetaWorld extends VirtualTime {
  readonly router: TestRouter;
  readonly wamp: Client;
  readonly other: Client;
  /** One more client, joined. */
  client(): Client;
  /** What an Observable gives now. */
  now_<T>(source: Observable<T>): Recording<T>;
  idOf(client: Client): number;
}

export function inRealm(options: TestRouterOptions, test: (world: MetaWorld) => void): void {
  virtual((time) => {
    const router = createTestRouter(options);
    const client = (): Client => {
      const made = tracked(
        new AnyClient({ realm: 'realm1', transports: [router.transport()], reconnect: STEADY, keepalive: false }),
      );
      made.connect();
      time.advance();
      return made;
    };
    const wamp = client();
    test({
      ...time,
      router,
      wamp,
      other: client(),
      client,
      now_: (source) => {
        const recording = record(source);
        time.advance();
        return recording;
      },
      idOf: ({ status }) => (status.state === 'joined' ? status.session.id : 0),
    });
  });
}
void world;
