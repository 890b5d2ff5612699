import { Client } from '../../src/client/client.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { behaviour } from '../helpers/behaviour.ts';

/** Where Karma's configuration serves a router. */
const routerUrl = (): string =>
  (globalThis as unknown as { readonly __karma__: { readonly config: { readonly routerUrl: string } } }).__karma__
    .config.routerUrl;

const plain = [json(), cbor(), msgpack()];

for (const serializer of [...plain, ...plain.map((each) => batched(each))]) {
  behaviour(
    `${serializer.id} over a browser's WebSocket`,
    (options) =>
      new Client({
        realm: 'realm1',
        transports: [webSocket({ url: routerUrl, serializers: [serializer] })],
        ...options,
      }),
  );
}
