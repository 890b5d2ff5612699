import { Client } from '../../src/client/client.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { createTestRouter } from '../../src/testing/test-router.ts';
import { behaviour } from '../helpers/behaviour.ts';

const plain = [json(), cbor(), msgpack()];
for (const serializer of [...plain, ...plain.map((each) => batched(each))]) {
  const router = createTestRouter();
  behaviour(
    `${serializer.id} in memory`,
    (options) => new Client({ realm: 'realm1', transports: [router.transport({ serializer })], ...options }),
  );
}
