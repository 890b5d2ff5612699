import { Client } from '../../src/client/client.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { createTestRouter } from '../../src/testing/router.ts';
import { behaviour } from '../helpers/behaviour.ts';

for (const serializer of [json(), cbor(), msgpack()]) {
  const router = createTestRouter();
  behaviour(
    `${serializer.id} in memory`,
    (options) => new Client({ realm: 'realm1', transports: [router.transport({ serializer })], ...options }),
  );
}
