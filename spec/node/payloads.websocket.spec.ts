import { Client } from '../../src/client/client.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { ServedRouter } from '../../src/router/node/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { createTestRouter } from '../../src/testing/test-router.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { payloads } from '../helpers/payloads.ts';

describe('packed, on sockets:', () => {
  let served: ServedRouter;

  beforeAll(async () => {
    served = await serveRouter(createTestRouter());
  });

  afterAll(() => served.close());

  for (const serializer of [json(), cbor(), msgpack()]) {
    payloads(
      `${serializer.id} over WebSocket`,
      (options) =>
        new Client({
          realm: 'realm1',
          transports: [webSocket({ url: () => served.url, serializers: [serializer] })],
          ...options,
        }),
    );
  }
});
