// Arbitrary values for property-based specs. A failure prints the seed and the smallest counterexample.
import fc from 'fast-check';
import { ATTRIBUTES } from '../../src/protocol/attributes.ts';

/** Keys that do harm where they are assigned without care. */
const dangerousKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON');

/** Whatever a program may hand over. */
export const anything = fc.anything({
  key: fc.oneof(fc.string(), dangerousKey),
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
  withBoxedValues: true,
});

const attribute = fc.constantFrom(...Object.keys(ATTRIBUTES), 'x_own', '_own', 'unknown_key');
const id = fc.oneof(fc.constantFrom(0, 1, 2 ** 32, 2 ** 53, 2 ** 53 + 2, -1, 1.5, NaN, '1', 1n, null), fc.nat());
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('com.app.x', 'wamp.error.x', '', '\0x', 'exact'));
const plain = fc.oneof(fc.boolean(), fc.integer(), text, fc.constant(null), fc.uint8Array(), fc.constant([1, 2]));
const dictionary = fc
  .array(fc.tuple(fc.oneof(attribute, dangerousKey), plain), { maxLength: 4 })
  .map((members) => Object.fromEntries(members) as unknown);
const element = fc.oneof(id, dictionary, text, fc.array(plain, { maxLength: 3 }), plain);
const code = fc.constantFrom(
  ...[1, 2, 3, 4, 5, 6, 8, 16, 17, 32, 33, 34, 35, 36, 48, 49, 50, 64, 65, 66, 67, 68, 69, 70, 337],
);

const anId = fc.constantFrom(1, 7, 2 ** 31, 2 ** 53);
const aUri = fc.constantFrom('com.app.x', 'wamp.error.y');
const args = fc.array(fc.oneof(plain, dictionary), { maxLength: 3 });
const named = fc.dictionary(fc.oneof(fc.string(), dangerousKey), plain, { maxKeys: 3 });
const privates = fc.dictionary(fc.constantFrom('x_own', '_own', 'unknown_key'), plain, { maxKeys: 2 });

/** Heads of messages with a payload behind them, all of them well-formed. */
export const payloadHead: fc.Arbitrary<unknown[]> = fc.oneof(
  fc.tuple(fc.constant(3), privates, aUri),
  fc.tuple(fc.constant(8), fc.constantFrom(16, 32, 48, 68), anId, privates, aUri),
  fc.tuple(fc.constantFrom(16, 48), anId, privates, aUri),
  fc.tuple(fc.constantFrom(36, 68), anId, anId, privates),
  fc.tuple(fc.constantFrom(50, 70), anId, privates),
);
/** Payloads, empty and missing ones among them. */
export const payload = fc.tuple(fc.option(args, { nil: undefined }), fc.option(named, { nil: undefined }));

/** Lists that look much like messages; some of them are. */
export const almostMessage = fc.oneof(
  fc
    .tuple(
      fc.oneof({ weight: 20, arbitrary: code }, { weight: 1, arbitrary: element }),
      fc.array(element, { maxLength: 6 }),
    )
    .map(([first, rest]): unknown[] => [first, ...rest]),
  fc
    .tuple(payloadHead, payload, fc.option(fc.tuple(fc.nat(7), element)))
    .map(([head, [args, kwargs], other]): unknown[] => {
      const message = [...head, ...(kwargs ? [args ?? [], kwargs] : args ? [args] : [])];
      if (other) message[other[0] % message.length] = other[1];
      return message;
    }),
);

/** Expects a property to hold; where it does not, says for what, and with which seed. Use `throwUnless()` inside. */
export function holds<Ts>(property: fc.IProperty<Ts>, numRuns = 300): void {
  const details = fc.check(property, { numRuns });
  const report = details.failed ? `${fc.defaultReportMessage(details) ?? ''}\n${String(details.errorInstance)}` : '';
  expect(details.failed).withContext(report).toBeFalse();
}

/** Expects that `run` leaves the prototype of all objects as it is. */
export function unpolluted(run: () => void): void {
  const members = (): string => Reflect.ownKeys(Object.prototype).map(String).join();
  const before = members();
  run();
  expect(members()).toBe(before);
  expect(Object.getPrototypeOf(Object.prototype)).toBeNull();
}
