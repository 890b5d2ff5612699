// In Node alone: jsdom has no TextEncoder, which the packages behind the serializers need.
const { cbor } = require('rxwamp/cbor');
const { msgpack } = require('rxwamp/msgpack');

test.each([cbor(), msgpack()])('a message comes back', (serializer) => {
  expect(serializer.decode(serializer.encode([1, 'two']))).toEqual([1, 'two']);
});
