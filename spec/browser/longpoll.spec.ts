// longPoll() over a browser's fetch, to another origin: the router that Karma started.
import { firstValueFrom } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { ConnectFailedError } from '../../src/protocol/errors.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import { behaviour } from '../helpers/behaviour.ts';

declare const __karma__: { readonly config: { readonly longPollUrl: string } };

const url = (): string => __karma__.config.longPollUrl;

for (const serializer of [json(), msgpack()]) {
  behaviour(
    `${serializer.id} over a browser's long-poll`,
    (options) =>
      new Client({ realm: 'realm1', transports: [longPoll({ url, serializers: [serializer] })], ...options }),
    40,
  );
}

describe('longPoll in a browser', () => {
  it('sends headers and credentials that the router allows', async () => {
    const transport = longPoll({ url, headers: { authorization: 'Bearer x' }, credentials: 'include' });
    const channel = await firstValueFrom(transport.open());
    const welcome = firstValueFrom(channel.incoming);
    channel.send([1, 'realm1', { roles: { caller: {} } }]);
    expect((await welcome) as unknown[]).toEqual([2, jasmine.any(Number), jasmine.any(Object)]);
    channel.close();
  });

  it('says that there is no router at an address of the own page', async () => {
    await expectAsync(firstValueFrom(longPoll({ url: './no/such/place' }).open())).toBeRejectedWithError(
      ConnectFailedError,
      /Cannot connect to \.\/no\/such\/place .*HTTP status 404/,
    );
  });
});
