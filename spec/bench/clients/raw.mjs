// What a program without a library would do: `ws`, a codec, and Maps of callbacks. With `cork`, all messages of one turn
// leave with one system call: the limit for sending.
import { WebSocket } from 'ws';

const json = { encode: JSON.stringify, decode: (data) => JSON.parse(data.toString()) };

export async function connect({ url, serializer, payload, cork }) {
  // cold start pays for what it uses only
  const plain = serializer === 'json' && payload !== 'binary';
  const { encode, decode } = plain ? json : (await import('../codecs.mjs')).codec(serializer, payload === 'binary');
  const ws = new WebSocket(url, [`wamp.2.${serializer}`], { perMessageDeflate: false });
  let tcp;
  ws.on('upgrade', (response) => (tcp = response.socket));

  let corked = false;
  const uncork = () => {
    corked = false;
    tcp.uncork();
  };
  const send = cork
    ? (message) => {
        if (!corked) {
          corked = true;
          tcp.cork();
          process.nextTick(uncork);
        }
        ws.send(encode(message));
      }
    : (message) => ws.send(encode(message));

  const requests = new Map();
  const topics = new Map();
  const procedures = new Map();
  let next = 1;
  const request = (type, options, uri, args, done) => {
    const id = next++;
    if (done) requests.set(id, done);
    send(args === undefined ? [type, id, options, uri] : [type, id, options, uri, args]);
  };
  const settle = (id, message) => {
    const done = requests.get(id);
    requests.delete(id);
    done(message);
  };

  await new Promise((welcome) => {
    ws.on('open', () => send([1, 'realm1', { roles: { caller: {}, callee: {}, publisher: {}, subscriber: {} } }]));
    ws.on('message', (data) => {
      const message = decode(data);
      switch (message[0]) {
        case 36: {
          const observers = topics.get(message[1]);
          if (observers) for (let i = 0; i < observers.length; i++) observers[i](message[4], message[5], message[3]);
          break;
        }
        case 50:
          if (message[2].progress === true) requests.get(message[1])(message);
          else settle(message[1], message);
          break;
        case 17:
        case 33:
        case 65:
          settle(message[1], message);
          break;
        case 68:
          send([70, message[1], {}, [procedures.get(message[2])(message[4], message[5], message[3])]]);
          break;
        case 2:
          welcome();
      }
    });
  });

  return {
    call: (uri, args, done) => request(48, {}, uri, args, done),
    publish: (topic, args) => request(16, {}, topic, args),
    publishAcknowledged: (topic, args, done) => request(16, { acknowledge: true }, topic, args, done),
    progressive(uri, args, each, done) {
      request(48, { receive_progress: true }, uri, args, (message) =>
        message[2].progress === true ? each(message[3]) : done(message[3]),
      );
    },
    observe: (topic, observers) =>
      new Promise((resolve) => {
        request(32, {}, topic, undefined, (message) => {
          topics.set(message[2], observers);
          resolve();
        });
      }),
    register: (uri, handler) =>
      new Promise((resolve) => {
        request(64, {}, uri, undefined, (message) => {
          // one for each, as a program has and as the other clients are given
          procedures.set(message[2], (args, kwargs, details) => handler(args, kwargs, details));
          resolve();
        });
      }),
  };
}
