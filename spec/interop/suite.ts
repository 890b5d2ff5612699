// The tree of specs: routers, under them features.
import { Client } from '../../src/client/client.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { rawSocket, webSocket as secureSocket } from '../../src/node/index.ts';
import { cliAgainst } from '../cli/against.ts';
import { behaviour } from '../helpers/behaviour.ts';
import { deviationOf } from './deviations.ts';
import { payloads } from '../helpers/payloads.ts';
import { authentication } from './features/authentication.ts';
import { calls } from './features/calls.ts';
import { events } from './features/events.ts';
import { launcher } from './features/launcher.ts';
import { polled } from './features/longpoll.ts';
import { histories, killing, metaApi, testaments } from './features/meta.ts';
import type { PeerScene } from './features/peers.ts';
import { fullPeer, sealed, wampyPython } from './features/peers.ts';
import { linkedNodes, oneAddress } from './features/cluster.ts';
import { announcements } from './features/payloads.ts';
import { renewal } from './features/renewal.ts';
import { restart } from './features/restart.ts';
import { manyStreams, scaleOut } from './features/scale.ts';
import { secured } from './features/secure.ts';
import type { PeerKind } from './peer.ts';
import { PEERS } from './peer.ts';
import type { Place } from './outcome.ts';
import { CACHE } from './pins.ts';
import type { RealRouter } from './routers/router.ts';
import type { Scene } from './scene.ts';
import { sceneOf } from './scene.ts';
import type { Certificate } from './tls.ts';

/** Features beside the four verbs; a router's restart is the last, so that the others share its life. */
const FEATURES: Readonly<Record<string, (scene: Scene) => void>> = {
  authentication,
  TLS: secured,
  'long-poll': polled,
  'calls: cancel, time-out, progress': calls,
  'events: bursts, retained, revoked': events,
  'meta API': metaApi,
  'killed sessions': killing,
  testaments,
  'event history': histories,
  'the command line': ({ router }) => {
    cliAgainst({ args: () => ['--url', router.at.ws, '--realm', 'realm1'] });
  },
  'many streams at once': manyStreams,
  'sessions renewed under load': renewal,
  'scale-out and failover': scaleOut,
  'a restarted router': restart,
};

/** What the suite wants of a peer. */
const besides = (kind: PeerKind): ((scene: PeerScene) => void) => (kind === PEERS.wampyPython ? wampyPython : fullPeer);

/** Milliseconds for a spec, and for one that is listed as a deviation: those may hang. */
const [PATIENCE, DEVIANT] = [15_000, 2_000];

/**
 * Defines the specs.
 *
 * @returns by Jasmine's id where each stands
 */
export function suite(
  routers: readonly RealRouter[],
  peers: readonly PeerKind[],
  certificate: Certificate,
): { places: Map<string, Place> } {
  const places = new Map<string, Place>();
  const define = globalThis.it;
  // it does give the spec, whatever its type says
  const defined = define as unknown as (...args: Parameters<typeof define>) => { readonly id: string };
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
        const deviation = deviationOf(router.name, `${name}: ${spec}`);
        const patience = deviation ? (deviation.patience ?? DEVIANT) : (timeout ?? PATIENCE);
        const made = defined(text, test, patience);
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
    for (const [name, transport] of transports(router, certificate)) {
      const many = name.includes('long-poll') ? 40 : undefined; // each is eight requests
      feature(`verbs: ${name}`, () => {
        behaviour(name, (options) => new Client({ realm: 'realm1', transports: [transport], ...options }), many);
      });
    }
    for (const serializer of [json(), cbor()]) {
      const transports = [webSocket({ url: router.at.ws, serializers: [serializer] })];
      feature(`packed and encrypted payloads: ${serializer.id}`, () => {
        payloads(serializer.id, (options) => new Client({ realm: 'realm1', transports, ...options }), router.can.packs);
        if (serializer.id === 'json') announcements(sceneOf(router, certificate));
      });
    }
    for (const kind of peers) {
      feature(`beside ${kind.name}`, () => {
        for (const serializer of kind.serializers) {
          describe(serializer, () => {
            besides(kind)({ ...sceneOf(router, certificate), kind, serializer });
          });
        }
        if (kind === PEERS.autobahnPython && router.can.packs.includes('enc_algo')) {
          for (const serializer of kind.serializers) {
            describe(`sealed, ${serializer}`, () => {
              sealed({ ...sceneOf(router, certificate), kind, serializer });
            });
          }
        }
      });
    }
    if (router.name === 'crossbar') {
      feature('launchCrossbar()', () => {
        launcher(`${CACHE}crossbar/bin/crossbar`);
      });
    }
    const cluster = { rxwamp: undefined, nexus: oneAddress, crossbar: linkedNodes }[router.name];
    if (cluster) {
      feature('clusters', () => {
        cluster(sceneOf(router, certificate));
      });
    }
    for (const [name, body] of Object.entries(FEATURES)) {
      if (body === polled && router.at.longPoll === undefined) continue;
      feature(name, () => {
        body(sceneOf(router, certificate));
      });
    }
  }
  return { places };
}

/** The ways to a router that the four verbs are tried on. */
function transports({ at, can }: RealRouter, { pem }: Certificate): [name: string, transport: Transport][] {
  const ways: [name: string, transport: Transport][] = [];
  for (const serializer of [json(), msgpack(), cbor()]) {
    ways.push([`${serializer.id}, WebSocket`, webSocket({ url: at.ws, serializers: [serializer] })]);
  }
  for (const serializer of can.batches ? [batched(json()), batched(cbor())] : []) {
    ways.push([`${serializer.id}, WebSocket`, webSocket({ url: at.ws, serializers: [serializer] })]);
  }
  if (at.wss) {
    ways.push(['json, WebSocket over TLS', secureSocket({ url: at.wss, ca: pem, serializers: [json()] })]);
  }
  if (at.tcp) ways.push(['msgpack, RawSocket over TCP', rawSocket({ ...at.tcp, serializer: msgpack() })]);
  if (at.rss) {
    ways.push(['json, RawSocket over TLS', rawSocket({ ...at.rss, tls: true, ca: pem, serializer: json() })]);
  }
  if (at.unix) ways.push(['cbor, RawSocket over Unix', rawSocket({ path: at.unix, serializer: cbor() })]);
  for (const serializer of can.longPoll ? [json(), cbor()] : []) {
    const url = at.longPoll ?? '';
    ways.push([`${serializer.id}, long-poll`, longPoll({ url, serializers: [serializer] })]);
  }
  return ways;
}
