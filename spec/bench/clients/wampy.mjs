import { pathToFileURL } from 'node:url';
import { requireIn } from '../peers.mjs';

const SERIALIZERS = { json: 'Json', cbor: 'Cbor', msgpack: 'Msgpack' };

export async function connect({ url, serializer }) {
  const require = requireIn('wampy');
  const load = (name) =>
    import(
      pathToFileURL(
        require
          .resolve(name)
          .replace('/cjs/', '/esm/')
          .replace(/\.cjs$/, '.js'),
      ).href
    );
  const { Wampy } = await load('wampy');
  const name = `${SERIALIZERS[serializer]}Serializer`;
  const { [name]: Serializer } = await load(`wampy/${name}.js`);
  const wamp = new Wampy(url, {
    realm: 'realm1',
    ws: require('ws'),
    serializer: new Serializer(),
    autoReconnect: false,
  });
  await wamp.connect();
  return {
    call: (uri, args, done) => void wamp.call(uri, args).then(done),
    // it asks for an acknowledgement always
    publish: (topic, args) => void wamp.publish(topic, args),
    publishAcknowledged: (topic, args, done) => void wamp.publish(topic, args).then(done),
    progressive: (uri, args, each, done) =>
      void wamp.call(uri, args, { progress_callback: ({ argsList }) => each(argsList) }).then(done),
    observe: (topic, observers) => Promise.all(observers.map((observer) => wamp.subscribe(topic, observer))),
    hold: (topic, observer) => void wamp.subscribe(topic, observer),
    register: (uri, handler) => wamp.register(uri, ({ argsList }) => ({ argsList: [handler(argsList)] })),
  };
}
