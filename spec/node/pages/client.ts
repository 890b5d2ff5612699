// The program of pages.spec.ts: in a page, in a frame of another origin or in a dedicated worker.
import { WampClient } from '../../../src/index.ts';

const { searchParams } = new URL(location.href);
const name = searchParams.get('name') ?? '';
const wamp = new WampClient({
  url: searchParams.get('router') ?? '',
  realm: 'realm1',
  // longer than the specs take: only an event of the platform makes it dial earlier
  reconnect: { initialDelay: name === 'offline' ? 60_000 : 50, jitter: 0 },
});
wamp.register(`com.pages.${name}`, ({ args }) => [name, ...args]).subscribe();
if ('document' in globalThis) {
  wamp.status$.subscribe(({ state }) => {
    document.title = state;
  });
}
