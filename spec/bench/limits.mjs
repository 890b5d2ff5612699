// What shall hold, JSON and small payloads unless said. A row holds when the lower end of its interval does.

import { SCENARIOS } from './scenarios.mjs';

const cpu = (than, factor) => ({ field: 'cpu', than, factor });
const RECEIVING = [cpu('raw', 1.1)];
const CALLS = [cpu('raw-cork', 1.5), cpu('raw', 1)];

const SMALL_JSON = {
  'event-1': RECEIVING,
  'event-10': RECEIVING,
  progress: RECEIVING,
  'event-topics': [cpu('raw', 1.3)],
  'call-100': CALLS,
  'call-1000': CALLS,
  publish: [cpu('raw-cork', 1.5)],
  'publish-ack': [cpu('raw', 1.1)],
  invocation: [cpu('raw', 1)],
};

const ABSOLUTE = {
  'heap-subscription': { field: 'bytes', most: 1500 },
  observers: { field: 'ms', most: 100 },
  'heap-call': { field: 'bytes', most: 1000 },
  bundle: { field: 'gzip', most: 8192 },
};

export const PEER_CLIENTS = ['autobahn', 'wampy', 'thruway'];

/** What rxwamp shall hold in a row. */
export function limitsOf(scenario, serializer, payload) {
  if (ABSOLUTE[scenario] !== undefined) return serializer === 'json' ? [ABSOLUTE[scenario]] : [];
  const { flat } = SCENARIOS[scenario];
  if (flat) return flat.from === undefined ? [] : [{ ...cpu('raw', 1.3), from: flat.from }];
  if (scenario === 'cold') return [{ field: 'ms', than: 'raw-rxjs', factor: 1 }];
  if (payload === 'numbers' || payload === 'binary') return [cpu('raw', 1.05)];
  if (payload !== 'small') return [];
  const limits = serializer === 'json' ? SMALL_JSON[scenario] : SMALL_JSON[scenario] && [cpu('raw', 1.25)];
  const peers = { field: 'rate', than: 'the best peer', factor: 0.97 };
  return [...(limits ?? []), peers];
}
