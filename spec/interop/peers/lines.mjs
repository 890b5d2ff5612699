// The commands of peers that run in Node: a line of JSON in, a line of JSON out; bytes as {"$bytes": hex}.
import { createInterface } from 'node:readline';

const isBytes = (value) => value instanceof Uint8Array || value instanceof ArrayBuffer;

/** What JSON cannot hold, made such that it can. */
export function packed(value) {
  if (isBytes(value)) return { $bytes: Buffer.from(value).toString('hex') };
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, packed(each)]));
}

function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  if ('$bytes' in value) return new Uint8Array(Buffer.from(value.$bytes, 'hex'));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unpacked(each)]));
}

export const say = (line) => process.stdout.write(`${JSON.stringify(packed(line))}\n`);

/** Does what standard input says: `deeds` by name; a rejection is described by `failure`. */
export function obey(deeds, failure) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const order = unpacked(JSON.parse(line));
    const deed = async () => deeds[order.do](order);
    deed().then(
      (value) => say({ id: order.id, value: value ?? null }),
      (error) => say({ id: order.id, error: failure(error) }),
    );
  });
  lines.on('close', () => process.exit(0));
}

// what they have to say of closed connections is not for the one who reads these lines
for (const level of ['log', 'info', 'warn', 'debug']) console[level] = () => undefined;
