// The page in sharedworker.spec.ts: what it received stands in its title, as JSON.
import { sharedWorker, WampClient } from '../../../src/index.ts';

const { searchParams } = new URL(location.href);
const router = encodeURIComponent(searchParams.get('router') ?? '');
const name = searchParams.get('name') ?? '';
const worker = (): SharedWorker => new SharedWorker(`/${searchParams.get('worker')}.js?router=${router}`);
const wamp = new WampClient({
  realm: 'realm1',
  transports: [sharedWorker({ worker })],
  reconnect: { initialDelay: 50 },
});

const seen: unknown[] = [];
const show = (): void => {
  document.title = JSON.stringify(seen);
};
wamp.subscribe('com.tabs.news').subscribe(({ value }) => {
  seen.push(value);
  show();
});
wamp
  .register(`com.tabs.${name}`, ({ args }) => [name, ...args])
  .subscribe(() => {
    wamp.publish('com.tabs.news', [`${name} is here`]);
  });
wamp.subscribe('com.tabs.say').subscribe(({ value }) => {
  if (value === name) wamp.publish('com.tabs.news', [`${name} speaks`]);
});
show();
