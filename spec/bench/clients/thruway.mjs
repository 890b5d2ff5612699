import { requirePeer } from '../peers.mjs';

export async function connect({ url }) {
  // it tells of every connection
  console.log = console.error = () => undefined;
  const { Client } = requirePeer('thruway', 'thruway.js');
  const wamp = new Client(url, 'realm1');
  // held open: it hangs up without any observer
  await new Promise((resolve) => wamp.onOpen.subscribe(resolve));
  return {
    call: (uri, args, done) => void wamp.call(uri, args).subscribe(done),
    // it has no list of arguments: one value
    publish: (topic, args) => void wamp.publish(topic, args[0]),
    progressive: (uri, args, each, done) =>
      void wamp.progressiveCall(uri, args).subscribe({ next: each, complete: done }),
    observe: async (topic, observers) => {
      for (const observer of observers) wamp.topic(topic).subscribe(observer);
    },
    hold: (topic, observer) => void wamp.topic(topic).subscribe(observer),
    register: async (uri, handler) => {
      wamp.register(uri, (...args) => handler(args)).subscribe();
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
  };
}
