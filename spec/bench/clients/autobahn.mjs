import { requirePeer } from '../peers.mjs';

const SERIALIZERS = { json: 'JSONSerializer', cbor: 'CBORSerializer', msgpack: 'MsgpackSerializer' };

export async function connect({ url, serializer }) {
  const autobahn = requirePeer('autobahn', 'autobahn');
  const connection = new autobahn.Connection({
    url,
    realm: 'realm1',
    max_retries: 0,
    serializers: [new autobahn.serializer[SERIALIZERS[serializer]]()],
  });
  const session = await new Promise((resolve, reject) => {
    connection.onopen = resolve;
    connection.onclose = (reason) => void reject(new Error(reason));
    connection.open();
  });
  return {
    call: (uri, args, done) => void session.call(uri, args).then(done),
    publish: (topic, args) => void session.publish(topic, args),
    publishAcknowledged: (topic, args, done) =>
      void session.publish(topic, args, undefined, { acknowledge: true }).then(done),
    progressive: (uri, args, each, done) =>
      void session.call(uri, args, undefined, { receive_progress: true }).then(done, undefined, each),
    observe: (topic, observers) => Promise.all(observers.map((observer) => session.subscribe(topic, observer))),
    hold: (topic, observer) => void session.subscribe(topic, observer),
    register: (uri, handler) => session.register(uri, (args) => handler(args)),
  };
}
