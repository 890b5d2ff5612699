// A client in a real service worker: what it can do, and what is left of it when the browser ends the worker.
import { filter, firstValueFrom } from 'rxjs';
import { WampClient } from '../../src/index.ts';
import * as meta from '../../src/meta/index.ts';
import { provided } from '../helpers/live.ts';

declare const __karma__: { readonly config: { readonly routerUrl: string } };

describe('a service worker', () => {
  const { routerUrl } = __karma__.config;
  let wamp: WampClient;
  let worker: ServiceWorkerRegistration;
  /** Its session. */
  let session: number | undefined;

  beforeAll(async () => {
    wamp = new WampClient({ url: routerUrl, realm: 'realm1' });
    await firstValueFrom(wamp.connect());
    const script = `/base/spec/browser/service-worker.page.js?router=${encodeURIComponent(routerUrl)}`;
    worker = await navigator.serviceWorker.register(script, { type: 'module' });
    const registration = await firstValueFrom(meta.awaitRegistration(wamp, 'com.service.ask'));
    [session] = await firstValueFrom(meta.listCallees(wamp, registration));
  }, 40_000);

  afterAll(() => wamp.close());

  it('joins, is called, calls and hears, until the browser ends it', async () => {
    await provided(wamp, 'com.page.answer', ({ args }) => `${String(args[0])}: here`);
    const asked = await firstValueFrom(wamp.call('com.service.ask', ['com.page.answer']));
    expect(asked.value).toBe('please: here');
    await firstValueFrom(wamp.publish('com.service.news', ['one'], {}, { acknowledge: true }));
    const heard = await firstValueFrom(wamp.call('com.service.heard'));
    expect(heard.value).toEqual('one');

    await worker.unregister();
    await firstValueFrom(meta.sessions$(wamp).pipe(filter((all) => !all.some((each) => each.session === session))));
    await expectAsync(firstValueFrom(wamp.call('com.service.heard'))).toBeRejectedWith(
      jasmine.objectContaining({ uri: 'wamp.error.no_such_procedure' }),
    );
  }, 40_000);
});
