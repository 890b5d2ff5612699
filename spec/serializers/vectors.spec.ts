// Frames byte by byte, from the test suite of the WAMP specification.
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { bytes, hex } from './hex.ts';

const serializers = { json: json(), msgpack: msgpack(), cbor: cbor() };

const BINARY = bytes('10e3ff9053075c526f5fc06d4fe37cdb');

/** Name, message, and its frame in JSON, MessagePack and CBOR. */
const vectors: readonly (readonly [name: string, message: unknown[], json: string, msgpack: string, cbor: string])[] = [
  [
    'PUBLISHED',
    [17, 239714735, 4429313566],
    '[17,239714735,4429313566]',
    '9311ce0e49c1afcf000000010801f61e',
    '83111a0e49c1af1b000000010801f61e',
  ],
  [
    'HELLO',
    [1, 'com.example.realm', { roles: { subscriber: {}, publisher: {} } }],
    '[1,"com.example.realm",{"roles":{"subscriber":{},"publisher":{}}}]',
    '9301b1636f6d2e6578616d706c652e7265616c6d81a5726f6c657382aa7375627363726962657280a97075626c697368657280',
    '830171636f6d2e6578616d706c652e7265616c6da165726f6c6573a26a73756273637269626572a0697075626c6973686572a0',
  ],
  [
    'WELCOME',
    [2, 9129137332, { roles: { broker: {}, dealer: {} } }],
    '[2,9129137332,{"roles":{"broker":{},"dealer":{}}}]',
    '9302cf00000002202394b481a5726f6c657382a662726f6b657280a66465616c657280',
    '83021b00000002202394b4a165726f6c6573a26662726f6b6572a0666465616c6572a0',
  ],
  [
    'EVENT',
    [36, 9823526, 112233445566, {}, ['Hello, event!']],
    '[36,9823526,112233445566,{},["Hello, event!"]]',
    '9524ce0095e526cf0000001a21a278be8091ad48656c6c6f2c206576656e7421',
    '8518241a0095e5261b0000001a21a278bea0816d48656c6c6f2c206576656e7421',
  ],
  [
    'CALL',
    [48, 7814135, {}, 'com.myapp.myprocedure1', ['Hello, world!']],
    '[48,7814135,{},"com.myapp.myprocedure1",["Hello, world!"]]',
    '9530ce00773bf780b6636f6d2e6d796170702e6d7970726f6365647572653191ad48656c6c6f2c20776f726c6421',
    '8518301a00773bf7a076636f6d2e6d796170702e6d7970726f63656475726531816d48656c6c6f2c20776f726c6421',
  ],
  [
    'REGISTER',
    [64, 25349185, {}, 'com.myapp.myprocedure1'],
    '[64,25349185,{},"com.myapp.myprocedure1"]',
    '9440ce0182cc4180b6636f6d2e6d796170702e6d7970726f63656475726531',
    '8418401a0182cc41a076636f6d2e6d796170702e6d7970726f63656475726531',
  ],
  [
    'ERROR',
    [8, 48, 7814135, {}, 'com.myapp.error'],
    '[8,48,7814135,{},"com.myapp.error"]',
    '950830ce00773bf780af636f6d2e6d796170702e6572726f72',
    '850818301a00773bf7a06f636f6d2e6d796170702e6572726f72',
  ],
  [
    'UNSUBSCRIBE',
    [34, 85346237, 5512315355],
    '[34,85346237,5512315355]',
    '9322ce051647bdcf00000001488f41db',
    '8318221a051647bd1b00000001488f41db',
  ],
  ['YIELD', [70, 6131533, {}], '[70,6131533,{}]', '9346ce005d8f4d80', '8318461a005d8f4da0'],
  [
    'GOODBYE',
    [6, {}, 'wamp.close.normal'],
    '[6,{},"wamp.close.normal"]',
    '930680b177616d702e636c6f73652e6e6f726d616c',
    '8306a07177616d702e636c6f73652e6e6f726d616c',
  ],
  [
    'binary in args',
    [36, 1, 2, {}, BINARY],
    '[36,1,2,{},"\\u0000EOP/kFMHXFJvX8BtT+N82w=="]',
    '9524010280c41010e3ff9053075c526f5fc06d4fe37cdb',
    '8518240102a05010e3ff9053075c526f5fc06d4fe37cdb',
  ],
];

for (const [name, message, ...frames] of vectors) {
  describe(`the frame of ${name}`, () => {
    Object.values(serializers).forEach((serializer, i) => {
      const frame = frames[i] as string;
      it(`is written and read in ${serializer.id}`, () => {
        expect(hex(serializer.encode(message))).toBe(frame);
        expect(serializer.decode(serializer.binary ? bytes(frame) : frame)).toEqual(message);
      });
    });
  });
}
