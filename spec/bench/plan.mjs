// Which cells there are.
import { SCENARIOS } from './scenarios.mjs';

export const CLIENTS = ['rxwamp', 'raw', 'raw-cork', 'raw-rxjs', 'autobahn', 'wampy', 'thruway'];
export const SERIALIZERS = ['json', 'cbor', 'msgpack'];

/** Scenarios that are worth another codec, and other payloads. */
const BY_CODEC = ['call-100', 'event-1', 'publish', 'publish-ack', 'progress', 'invocation'];
const BY_PAYLOAD = ['call-100', 'event-1', 'publish'];

function measured(scenario, serializer, payload, client) {
  const { sends, unit, clients = CLIENTS, without = [] } = SCENARIOS[scenario];
  if (!clients.includes(client) || without.includes(client)) return false;
  if (client === 'raw-rxjs') return scenario === 'cold' && serializer === 'json' && payload === 'small';
  if (client === 'raw-cork' && sends !== true) return false;
  if (payload !== 'small') return BY_PAYLOAD.includes(scenario) && /^(rxwamp|raw)/.test(client);
  if (serializer === 'json') return true;
  if (client === 'thruway') return false; // knows JSON alone
  if (scenario === 'bundle') return serializer === 'cbor' && client === 'rxwamp';
  return unit === undefined && BY_CODEC.includes(scenario);
}

/** The rows of the table, each with the clients that it is measured with. */
export function plan({ scenarios, serializers, payloads, clients }) {
  const rows = [];
  for (const serializer of serializers)
    for (const payload of payloads)
      for (const scenario of scenarios) {
        const names = clients.filter((client) => measured(scenario, serializer, payload, client));
        if (names.length > 0) rows.push({ scenario, serializer, payload, names, clients: {} });
      }
  return rows;
}
