import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../src/client/client.ts';
import { rawSocket } from '../../src/node/index.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { ServedRouter } from '../../src/router/node/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { createTestRouter } from '../../src/testing/test-router.ts';
import { behaviour } from '../helpers/behaviour.ts';

for (const [kind, options] of [
  ['TCP', { port: 0 }],
  ['a Unix domain socket', { path: join(tmpdir(), `rxwamp-behaviour-${process.pid}.sock`) }],
] as const) {
  describe(`on RawSocket over ${kind}:`, () => {
    let served: ServedRouter;

    beforeAll(async () => {
      served = await serveRouter(createTestRouter(), { rawSocket: options });
    });

    afterAll(() => served.close());

    for (const serializer of [json(), cbor(), msgpack()]) {
      behaviour(
        `${serializer.id} over RawSocket (${kind})`,
        (more) =>
          new Client({
            realm: 'realm1',
            transports: [rawSocket({ url: () => served.rawSocket?.url ?? '', serializer })],
            ...more,
          }),
      );
    }
  });
}
