// The tree of specs: routers, under them features.
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/options.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { behaviour } from '../helpers/behaviour.ts';
import { DEVIATIONS } from './deviations.ts';
import type { Place } from './outcome.ts';
import type { RealRouter } from './routers/router.ts';
import type { Certificate } from './tls.ts';

/** What specs may need beside the router. */
export interface Surroundings {
  readonly certificate: Certificate;
  readonly installed: Readonly<Record<string, { readonly version?: string; readonly error?: Error }>>;
}

/** Makes clients of a router, and closes them after each spec. */
export type Make = (options?: Partial<BaseOptions>) => Client;

/** Milliseconds for a spec, and for one that is listed as a deviation: those may hang. */
const [PATIENCE, DEVIANT] = [15_000, 3_000];

/**
 * Defines the specs.
 *
 * @returns by Jasmine's id where each stands
 */
export function suite(routers: readonly RealRouter[], surroundings: Surroundings): { places: Map<string, Place> } {
  const places = new Map<string, Place>();
  const define = globalThis.it;
  for (const router of routers) {
    const feature = (name: string, body: () => void): void => {
      const path: string[] = [];
      const group = globalThis.describe;
      const named = ((text: string, inner: () => void) =>
        group(text, () => {
          path.push(text);
          inner();
          path.pop();
        })) as typeof group;
      const placed = ((text: string, test: jasmine.ImplementationCallback, timeout?: number) => {
        const spec = [...path, text].join(' ');
        const listed = DEVIATIONS.some((each) => each.router === router.name && each.spec.test(`${name}: ${spec}`));
        const made = define(text, test, listed ? DEVIANT : (timeout ?? PATIENCE)) as unknown as { readonly id: string };
        places.set(made.id, { router: router.title, feature: name, spec });
        return made;
      }) as unknown as typeof define;
      group(`${router.title} ${name}`, () => {
        Object.assign(globalThis, { it: placed, describe: named });
        try {
          body();
        } finally {
          Object.assign(globalThis, { it: define, describe: group });
        }
      });
    };
    for (const serializer of [json(), msgpack(), cbor()]) {
      feature(`verbs, ${serializer.id} over WebSocket`, () => {
        behaviour(serializer.id, (options) => new Client({
          realm: 'realm1',
          transports: [webSocket({ url: router.at.ws, serializers: [serializer] })],
          ...options,
        }));
      });
    }
  }
  void surroundings;
  return { places };
}
