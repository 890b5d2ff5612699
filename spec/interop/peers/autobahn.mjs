// A client by autobahn-js that runs the commands of a spec. Arguments: where it is installed, URL, serializer.
import { createRequire } from 'node:module';
import { obey, say } from './lines.mjs';

const [home, url, kind] = process.argv.slice(2);
const autobahn = createRequire(`${home}/package.json`)('autobahn');
const serializers = {
  json: () => new autobahn.serializer.JSONSerializer(),
  msgpack: () => new autobahn.serializer.MsgpackSerializer(),
  cbor: () => new autobahn.serializer.CBORSerializer(),
};

const connection = new autobahn.Connection({
  url,
  realm: 'realm1',
  max_retries: 0,
  serializers: [serializers[kind]()],
});

const whole = (result) => {
  if (result instanceof autobahn.Result) return { args: result.args, kwargs: result.kwargs };
  return { args: result === null || result === undefined ? [] : [result], kwargs: {} };
};

connection.onopen = (session) => {
  const deeds = {
    async serve({ prefix }) {
      await session.register(`${prefix}.echo`, (args, kwargs) => new autobahn.Result(args, kwargs));
      await session.register(`${prefix}.fail`, () => {
        throw new autobahn.Error('com.app.bad', ['why', [1]], { a: { b: 1 } });
      });
      await session.register(`${prefix}.count`, ([n], _, details) => {
        for (let i = 1; i <= n; i++) details.progress([i]);
        return n;
      });
      await session.register(`${prefix}.slow`, () => new Promise(() => undefined));
    },
    async subscribe({ topic }) {
      await session.subscribe(topic, (args, kwargs) => say({ event: topic, args: args ?? [], kwargs: kwargs ?? {} }));
    },
    async publish({ topic, args, kwargs }) {
      await session.publish(topic, args, kwargs, { acknowledge: true });
    },
    async call({ uri, args, kwargs, progress, cancel }) {
      const came = [];
      const call = session.call(uri, args, kwargs, progress ? { receive_progress: true } : {});
      // after any other mode it takes the answer for a violation
      if (cancel) setTimeout(() => call.cancel({ mode: 'kill' }), 200);
      const result = await call.then(
        (value) => value,
        (error) => Promise.reject(error),
        (value) => came.push(value),
      );
      return { ...whole(result), progress: came };
    },
  };
  obey(deeds, (error) => ({
    uri: error?.error ?? String(error?.stack ?? error),
    args: error?.args ?? [],
    kwargs: error?.kwargs ?? {},
  }));
  say({ ready: session.id });
};
connection.onclose = (reason, details) => {
  process.stderr.write(`closed: ${reason} ${details?.reason ?? ''} ${details?.message ?? ''}\n`);
  process.exit(1);
};
connection.open();
