// A client by wampy.js that runs the commands of a spec. Arguments: where it is installed, URL, serializer.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { obey, say } from './lines.mjs';

const [home, url, kind] = process.argv.slice(2);
const { resolve } = createRequire(`${home}/package.json`);
const load = (name) => import(pathToFileURL(resolve(name)).href);
const { Wampy } = await load('wampy');
const { default: ws } = await load('ws');
const serializers = {
  json: async () => new (await load('wampy/JsonSerializer.js')).JsonSerializer(),
  msgpack: async () => new (await load('wampy/MsgpackSerializer.js')).MsgpackSerializer(),
  cbor: async () => new (await load('wampy/CborSerializer.js')).CborSerializer(),
};

const wampy = new Wampy(url, { realm: 'realm1', ws, serializer: await serializers[kind](), autoReconnect: false });
const { session } = await wampy.connect();
const payload = ({ argsList, argsDict }) => ({ args: argsList ?? [], kwargs: argsDict ?? {} });

const deeds = {
  async serve({ prefix }) {
    await wampy.register(`${prefix}.echo`, ({ argsList = [], argsDict = {} }) => ({ argsList, argsDict }));
    await wampy.register(`${prefix}.fail`, () => {
      throw Object.assign(new Error('x'), { error: 'com.app.bad', argsList: ['why', [1]], argsDict: { a: { b: 1 } } });
    });
    await wampy.register(`${prefix}.count`, ({ argsList: [n], details, result_handler: handle }) => {
      // unasked it would be a violation
      for (let i = 1; i <= n && details.receive_progress; i++) handle({ options: { progress: true }, argsList: [i] });
      return { argsList: [n] };
    });
    await wampy.register(`${prefix}.slow`, () => new Promise(() => undefined));
  },
  async subscribe({ topic }) {
    const heard = (event) => say({ event: topic, ...payload(event) });
    // without this it would send undefined, which MessagePack makes a thing of its own
    await wampy.subscribe(topic, heard, { match: 'exact', get_retained: false });
  },
  async publish({ topic, args, kwargs }) {
    await wampy.publish(topic, { argsList: args, argsDict: kwargs });
  },
  async call({ uri, args, kwargs, progress, cancel }) {
    const came = [];
    const options = progress ? { progress_callback: ({ argsList }) => came.push(argsList?.[0]) } : {};
    const call = wampy.call(uri, { argsList: args, argsDict: kwargs }, options);
    if (cancel) {
      const { reqId } = wampy.getOpStatus();
      setTimeout(() => wampy.cancel(reqId, { mode: 'killnowait' }), 200);
    }
    return { ...payload(await call), progress: came };
  },
};
obey(deeds, (error) => ({
  uri: error.errorUri ?? String(error.stack),
  args: error.argsList ?? [],
  kwargs: error.argsDict ?? {},
}));
say({ ready: session ?? 0 });
