// The program of service-worker.spec.ts, which the browser runs as a service worker.
import { firstValueFrom } from 'rxjs';
import { WampClient } from '../../src/index.ts';

const wamp = new WampClient({ url: new URL(location.href).searchParams.get('router') ?? '', realm: 'realm1' });
const heard: unknown[] = [];
wamp.subscribe('com.service.news').subscribe(({ value }) => heard.push(value));
wamp.register('com.service.heard', () => heard.at(-1)).subscribe();
wamp
  .register('com.service.ask', async ({ args }) => (await firstValueFrom(wamp.call(String(args[0]), ['please']))).value)
  .subscribe();
