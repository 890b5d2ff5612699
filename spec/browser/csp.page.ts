// What the page of csp.spec.ts runs: both binary serializers, where no text may be made code.
import { cbor } from '../../src/serializers/cbor.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';

const blocked: string[] = [];
document.addEventListener('securitypolicyviolation', ({ blockedURI }) => blocked.push(blockedURI));

let mayMakeCode = true;
try {
  Reflect.construct(Function, ['']);
} catch {
  mayMakeCode = false;
}

const message = [36, 5512315355, 2 ** 53, { topic: 'a.b' }, [1.5, 'ü', Uint8Array.of(1, 2), [null, true]], { k: -1 }];
const records = Uint8Array.of(0xd9, 0xdf, 0xff, 0x83, 0x19, 0xe1, 0x40, 0x81, 0x61, 0x61, 0x01);

const list = cbor().decode(records);
const came = [cbor(), msgpack()].map((serializer) => {
  for (let i = 0; i < 10; i++) serializer.decode(serializer.encode(message)); // often enough for what is compiled later
  return serializer.decode(serializer.encode(message));
});
// violations are reported in a task of their own
setTimeout(() => {
  parent.postMessage({ mayMakeCode, message, came, list, blocked }, '*');
});
