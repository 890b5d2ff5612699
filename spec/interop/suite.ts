// The tree of specs: routers, under them features.
import { Client } from '../../src/client/client.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { rawSocket, webSocket as secureSocket } from '../../src/node/index.ts';
import { behaviour } from '../helpers/behaviour.ts';
import { DEVIATIONS } from './deviations.ts';
import { calls } from './features/calls.ts';
import { events } from './features/events.ts';
import { histories, killing, metaApi, testaments } from './features/meta.ts';
import { restart } from './features/restart.ts';
import type { Place } from './outcome.ts';
import type { RealRouter } from './routers/router.ts';
import type { Scene } from './scene.ts';
import { sceneOf } from './scene.ts';
import type { Certificate } from './tls.ts';

/** What specs may need beside the router. */
export interface Surroundings {
  readonly certificate: Certificate;
  readonly installed: Readonly<Record<string, { readonly version?: string; readonly error?: Error }>>;
}

/** Features beside the four verbs; a router's restart is the last, so that the others share its life. */
const FEATURES: Readonly<Record<string, (scene: Scene) => void>> = {
  'calls: cancel, time-out, progress': calls,
  'events: bursts, retained, revoked': events,
  'meta API': metaApi,
  'killed sessions': killing,
  testaments,
  'event history': histories,
  'a restarted router': restart,
};

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
    for (const [name, transport] of transports(router, surroundings.certificate)) {
      feature(`verbs: ${name}`, () => {
        behaviour(name, (options) => new Client({ realm: 'realm1', transports: [transport], ...options }));
      });
    }
    for (const [name, body] of Object.entries(FEATURES)) {
      feature(name, () => body(sceneOf(router, surroundings.certificate)));
    }
  }
  return { places };
}

/** The ways to a router that the four verbs are tried on. */
function transports({ at }: RealRouter, { pem }: Certificate): [name: string, transport: Transport][] {
  const sockets = [json(), msgpack(), cbor()].map((serializer): [string, Transport] => [
    `${serializer.id}, WebSocket`,
    webSocket({ url: at.ws, serializers: [serializer] }),
  ]);
  const secure = at.wss && secureSocket({ url: at.wss, ca: pem, serializers: [json()] });
  return [
    ...sockets,
    ...(secure ? [['json, WebSocket over TLS', secure] as [string, Transport]] : []),
    ...(at.tcp
      ? [['msgpack, RawSocket over TCP', rawSocket({ ...at.tcp, serializer: msgpack() })] as [string, Transport]]
      : []),
    ...(at.unix
      ? [['cbor, RawSocket over Unix', rawSocket({ path: at.unix, serializer: cbor() })] as [string, Transport]]
      : []),
  ];
}
