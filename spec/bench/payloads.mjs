// What travels. The router and every client make the same values, so nothing has to be handed over.

const rows = Array.from({ length: 12 }, (_, i) => ({
  id: 1000 + i,
  name: `sensor ${i} of the roof`,
  value: i / 8,
  ok: i % 3 > 0,
}));
const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 31 + (i >> 7)) & 0xff);

/** Positional arguments by the name of the payload. */
export const PAYLOADS = {
  small: [21.5, 'celsius'],
  '1k': [{ site: 'north', at: '2024-02-29T12:00:00Z', rows }],
  // with two decimals, as measurements have: 64 kB as float64, about as much as JSON text
  numbers: [Array.from({ length: 8192 }, (_, i) => ((i * 7919) % 100_000) / 100)],
  binary: [bytes],
};

/** JSON has no bytes: WAMP writes NUL and base64 in their place. */
export const asText = (args) =>
  args[0] instanceof Uint8Array ? [`\0${Buffer.from(args[0].buffer).toString('base64')}`] : args;
