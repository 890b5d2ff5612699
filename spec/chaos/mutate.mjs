// Frames that are almost right: bytes and values of valid ones, changed.

/** Bytes that mean something as heads, lengths or signs in JSON, CBOR or MessagePack. */
const HEADS = [
  ...[0x00, 0x01, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x20, 0x22, 0x2c, 0x3a, 0x3b, 0x40, 0x5b, 0x5c, 0x5d, 0x5f, 0x60],
  ...[0x7b, 0x7d, 0x7f, 0x80, 0x8f, 0x90, 0x9b, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xc6, 0xc7, 0xc9, 0xca, 0xcb],
  ...[0xcf, 0xd3, 0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xf6, 0xf7, 0xf9, 0xfa, 0xfb, 0xff],
];

/** Values where others are due. */
const ODD = [
  ...[null, true, false, 0, 1, -1, 1.5, NaN, Infinity, -0, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2n ** 63n, 1e300],
  ...['', 'x', '..', '\0AA==', '\0?', '\ud800', 'wamp.error.x', '__proto__', 'x'.repeat(300)],
  ...[
    [],
    {},
    [[]],
    [null],
    [1, 2, 3],
    { a: { b: [] } },
    { message: 1, toString: 1 },
    [{ constructor: { prototype: 1 } }],
  ],
  ...[undefined, new Date(0), new Date(NaN), new Set([1]), new Map([[1, 2]]), new Uint8Array([0, 255]), /x/g],
];

const KEYS = ['__proto__', 'constructor', 'toString', 'message', 'progress', 'ppt_scheme', 'retained', 'topic', 'then'];

/** Changes of bytes. `at` and `length` are a place in them. */
const BYTES = {
  flip: (bytes, at, length, random) => {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1 << random.below(8);
    return changed;
  },
  head: (bytes, at, length, random) => {
    const changed = Buffer.from(bytes);
    changed[at] = random.pick(HEADS);
    return changed;
  },
  /** A length, mostly, for heads carry it in their lowest bits. */
  count: (bytes, at, length, random) => {
    const changed = Buffer.from(bytes);
    changed[at] += random.pick([1, 255, 2, 254, 16]);
    return changed;
  },
  cut: (bytes, at, length) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
  end: (bytes, at) => Buffer.from(bytes.subarray(0, at)),
  double: (bytes, at, length) => Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
  insert: (bytes, at, length, random) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([random.pick(HEADS)]), bytes.subarray(at)]),
  /** The same many times: depth, where it is a head. */
  many: (bytes, at, length, random) =>
    Buffer.concat([
      bytes.subarray(0, at),
      Buffer.alloc(random.pick([2, 40, 1100, 5000]), bytes[at]),
      bytes.subarray(at),
    ]),
};

/** The bytes of a frame with few changes. */
export function mutateBytes(bytes, random) {
  for (let changes = random.pick([1, 1, 1, 2, 4]); changes > 0 && bytes.length > 0; changes--) {
    const at = random.below(bytes.length);
    // 'many' makes long frames, and is seldom enough
    const kind = random.below(50) === 0 ? 'many' : random.pick(USUAL);
    bytes = BYTES[kind](bytes, at, 1 + random.below(8), random);
  }
  return bytes;
}

const USUAL = Object.keys(BYTES).filter((kind) => kind !== 'many');

/** A message with one of its elements changed: mostly in a dictionary or list, so that the message as such is taken. */
export function mutateMessage(message, random) {
  if (random.below(40) === 0) return mutateValue(message, random);
  const inner = message.map((_, i) => i).filter((i) => typeof message[i] === 'object');
  const at = inner.length > 0 && random.below(12) > 0 ? random.pick(inner) : random.below(message.length);
  const value = message[at];
  return message.with(at, inner.includes(at) ? mutateMembers(value, random) : mutateValue(value, random));
}

/** Changes some part of a value, at any depth. */
export function mutateValue(value, random) {
  return isPlain(value) && random.below(5) > 0 ? mutateMembers(value, random) : random.pick(ODD);
}

const isPlain = (value) =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && value.constructor === Object);

/** Another value for a member, a member less, one more, or one twice. */
function mutateMembers(value, random) {
  const entries = Object.entries(value);
  const at = random.below(entries.length || 1);
  const change = random.below(7);
  if (entries.length > 0 && change > 2) entries[at][1] = mutateValue(entries[at][1], random);
  else if (entries.length > 0 && change === 1) entries.splice(at, 1);
  else if (entries.length > 0 && change === 2) entries.splice(at, 0, entries[at]);
  else entries.splice(at, 0, [random.pick(KEYS), random.pick(ODD)]);
  // so that __proto__ is a key like others
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}
