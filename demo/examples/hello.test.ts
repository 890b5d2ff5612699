import { firstValueFrom } from 'rxjs';
import { WampClient } from 'rxwamp';
import { kwargs, rpc } from 'rxwamp/contract';
import { bind } from 'rxwamp/decorators';
import { useTestRouter, whenRegistered } from 'rxwamp/testing';
import { HelloService, type HelloApi } from './hello.ts';

describe('HelloService', () => {
  const wamp = useTestRouter({ beforeEach, afterEach }, { create: (options) => new WampClient<HelloApi>(options) });

  it('says hello', async () => {
    const service = wamp.client();
    bind(service, new HelloService()).subscribe();
    await whenRegistered(service, 1);

    const message = await firstValueFrom(rpc(wamp.client()).say_hello(kwargs({ name: 'wampy' })));

    expect(message).toBe('Hello wampy');
  });
});
