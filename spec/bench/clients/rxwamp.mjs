// rxwamp as a program uses it, from the copy of dist that this run measures.
import { pathToFileURL } from 'node:url';
import { firstValueFrom } from 'rxjs';
import { requireIn } from '../peers.mjs';

const load = (entry) => import(pathToFileURL(requireIn('rxwamp').resolve(entry)).href);

async function options(url, serializer) {
  if (serializer === 'json') return { url };
  const { webSocket } = await load('rxwamp');
  const { [serializer]: make } = await load(`rxwamp/${serializer}`);
  return { transports: [webSocket({ url, serializers: [make()] })] };
}

export async function connect({ url, serializer }) {
  const { WampClient } = await load('rxwamp');
  const wamp = new WampClient({ realm: 'realm1', ...(await options(url, serializer)) });
  await firstValueFrom(wamp.connect());

  const acknowledge = { acknowledge: true };
  const progress = { progress: true };
  return {
    call: (uri, args, done) => void wamp.call(uri, args).subscribe(done),
    publish: (topic, args) => void wamp.publish(topic, args),
    publishAcknowledged: (topic, args, done) => void wamp.publish(topic, args, undefined, acknowledge).subscribe(done),
    progressive: (uri, args, each, done) =>
      void wamp
        .call(uri, args, undefined, progress)
        .subscribe((result) => (result.progress ? each : done)(result.args)),
    observe: (topic, observers) =>
      new Promise((resolve) => {
        const events = wamp.subscribe(topic, { onSubscribed: resolve });
        for (const observer of observers) events.subscribe(observer);
      }),
    /** One more observer; gives back how it leaves. */
    follow: (topic, observer) => {
      const subscription = wamp.subscribe(topic).subscribe(observer);
      return () => subscription.unsubscribe();
    },
    /** Without a callback that would be counted as the subscription's. */
    hold: (topic, observer) => void wamp.subscribe(topic).subscribe(observer),
    register: (uri, handler) =>
      new Promise((resolve) => {
        wamp.register(uri, ({ args }) => handler(args)).subscribe(resolve);
      }),
  };
}
