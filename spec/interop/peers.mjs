// Other WAMP clients against `rxwamp router`: node spec/interop/peers.mjs (build first: npm run build).
//
// Installs them from npm into spec/.cache/peers, starts the router as a process on a free port of 127.0.0.1, and prints
// a line per check and at last `N passed, N failed`. What a peer itself does not do is said where it is left out.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deepStrictEqual as equal } from 'node:assert';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = `${root}spec/.cache/peers`;
const PEERS = { autobahn: '22.11.1', wampy: '8.0.2', when: '3.7.8', ws: '8.23.0' };

const print = (line) => process.stdout.write(`${line}\n`);
// what peers have to say of closed connections and errors is not for this report
for (const level of ['log', 'info', 'warn', 'debug', 'error']) console[level] = () => undefined;

const run = (command, args, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });

async function install() {
  const manifest = JSON.stringify({ private: true, dependencies: PEERS });
  const stamp = `${cache}/installed.json`;
  if (existsSync(stamp) && createRequire(stamp)(stamp).of === manifest) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${cache}/package.json`, manifest);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: cache });
  writeFileSync(stamp, JSON.stringify({ of: manifest }));
}

/** Starts the router and gives its address. */
async function router(...args) {
  const child = spawn(process.execPath, [`${root}dist/cli/main.js`, 'router', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill('SIGKILL'));
  const url = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
      const [found] = /ws:\/\/\S+/.exec(out) ?? [];
      if (found) resolve(found);
    });
    child.on('close', (code) => reject(new Error(`the router ended with ${code}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.once('close', resolve);
      child.kill('SIGTERM');
    });
  return { url, stop };
}

let [passed, failed] = [0, 0];
async function check(name, body) {
  let timer;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('no end after 5 s')), 5000);
    });
    await Promise.race([body(), late]);
    passed++;
    print(`ok     ${name}`);
  } catch (error) {
    failed++;
    print(`FAILED ${name}: ${String(error?.stack ?? error?.error ?? error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Collects values and waits for the next. */
function inbox() {
  const values = [];
  const waiting = [];
  return {
    push: (value) => (waiting.shift() ?? ((late) => values.push(late)))(value),
    next: () => (values.length > 0 ? Promise.resolve(values.shift()) : new Promise((resolve) => waiting.push(resolve))),
    get size() {
      return values.length;
    },
  };
}

const SHAPES = [
  [[], {}],
  [[[]], {}],
  [[[1, 2]], {}],
  [[{}], {}],
  [[1, 'zwei', true, 2.5, null], {}],
  [[], { a: 1 }],
  [[[[]], { deep: [{}] }], { b: [], c: { d: 'ü' } }],
  [[2 ** 40, -(2 ** 33)], {}],
];

// ── autobahn-js

function autobahnClient(autobahn, url, serializer, options = {}) {
  return new Promise((resolve, reject) => {
    const connection = new autobahn.Connection({
      url,
      realm: 'realm1',
      max_retries: 0,
      serializers: [serializer],
      autoping_interval: 3600, // its timer would outlive the check
      ...options,
    });
    connection.onopen = (session) => resolve({ session, connection });
    // it prints what it closes for
    connection.onclose = (reason, details) => {
      reject(new Error(`${reason} ${details?.reason}`));
      return true;
    };
    connection.open();
  });
}

async function checkAutobahn(autobahn, urls) {
  const kinds = {
    json: () => new autobahn.serializer.JSONSerializer(),
    msgpack: () => new autobahn.serializer.MsgpackSerializer(),
    cbor: () => new autobahn.serializer.CBORSerializer(),
  };
  for (const [kind, serializer] of Object.entries(kinds)) {
    const name = (what) => `autobahn ${kind}: ${what}`;
    const [a, b] = [
      await autobahnClient(autobahn, urls.plain, serializer()),
      await autobahnClient(autobahn, urls.plain, serializer()),
    ];
    const { session: caller } = a;
    const { session: callee } = b;

    await check(name('register, call, all shapes of arguments intact'), async () => {
      const came = inbox();
      const registration = await callee.register('com.echo', (args, kwargs) => {
        came.push([args, kwargs]);
        return new autobahn.Result(args, kwargs);
      });
      for (const [args, kwargs] of SHAPES) {
        const result = await caller.call('com.echo', args, kwargs);
        equal(await came.next(), [args, kwargs]);
        if (args.length === 1 && Object.keys(kwargs).length === 0) equal(result, args[0]);
        else if (args.length > 0 || Object.keys(kwargs).length > 0) {
          equal([result.args, result.kwargs], [args, kwargs]);
        }
      }
      await callee.unregister(registration);
      await caller.call('com.echo').then(
        () => Promise.reject(new Error('still there')),
        (error) => equal(error.error, 'wamp.error.no_such_procedure'),
      );
    });

    await check(name('application errors keep URI, args and kwargs'), async () => {
      await callee.register('com.fail', () => {
        throw new autobahn.Error('com.app.bad', ['why', [1]], { a: { b: 1 } });
      });
      const error = await caller.call('com.fail').then(
        () => undefined,
        (reason) => reason,
      );
      equal([error.error, error.args, error.kwargs], ['com.app.bad', ['why', [1]], { a: { b: 1 } }]);
    });

    await check(name('prefix and wildcard subscriptions, exclude_me, acknowledge'), async () => {
      const came = inbox();
      const push = (args, kwargs, details) => came.push([details.topic, args]);
      await callee.subscribe('com.topic.', push, { match: 'prefix' });
      await callee.subscribe('com..one', push, { match: 'wildcard' });
      await caller.publish('com.topic.one', [1], {}, { acknowledge: true });
      equal(
        [await came.next(), await came.next()],
        [
          ['com.topic.one', [1]],
          ['com.topic.one', [1]],
        ],
      );
      await callee.publish('com.topic.two', [2], {}, { acknowledge: true });
      await callee.publish('com.topic.two', [3], {}, { acknowledge: true, exclude_me: false });
      equal(await came.next(), ['com.topic.two', [3]]);
    });

    await check(name('retained events'), async () => {
      await caller.publish('com.retained', [{ state: 1 }], {}, { acknowledge: true, retain: true });
      const came = inbox();
      await callee.subscribe('com.retained', (args, _, details) => came.push([args, details.retained]), {
        get_retained: true,
      });
      // it reads `retained` into no field: the payload alone counts
      equal((await came.next())[0], [{ state: 1 }]);
    });

    await check(name('cancel'), async () => {
      await callee.register('com.slow', () => new Promise(() => undefined));
      const call = caller.call('com.slow');
      // its callee cannot be interrupted, and after any mode but kill it takes the answer for a violation
      call.cancel({ mode: 'kill' });
      const error = await call.then(
        () => undefined,
        (reason) => reason,
      );
      equal(error.error, 'wamp.error.canceled');
    });

    await check(name('disclosure, shared registration, meta API'), async () => {
      await callee.register('com.who', (args, kwargs, details) => details.caller, { invoke: 'roundrobin' });
      await caller.register('com.who', (args, kwargs, details) => details.caller, { invoke: 'roundrobin' });
      equal(await caller.call('com.who', [], {}, { disclose_me: true }), caller.id);
      equal(await caller.call('com.who', [], {}, { disclose_me: true }), caller.id);
      equal((await caller.call('wamp.session.list')).sort(), [caller.id, callee.id].sort());
      equal((await caller.call('wamp.session.get', [callee.id])).session, callee.id);
    });

    await check(name('progressive results'), async () => {
      // its callee does not announce call_canceling, so the specification denies it progress: Crossbar.io does not
      const [p, q] = [
        await autobahnClient(autobahn, urls.crossbar, serializer()),
        await autobahnClient(autobahn, urls.crossbar, serializer()),
      ];
      await q.session.register('com.count', ([n], _, details) => {
        for (let i = 1; i <= n; i++) details.progress([i]);
        return n;
      });
      const partial = inbox();
      const final = await p.session.call('com.count', [3], {}, { receive_progress: true }).then(
        (result) => result,
        (error) => Promise.reject(error),
        (value) => partial.push(value),
      );
      equal([final, partial.size], [3, 3]);
      p.connection.close();
      q.connection.close();
    });

    await check(name('goodbye from the client'), async () => {
      const closed = new Promise((resolve) => {
        a.connection.onclose = (_, details) => {
          resolve(details.reason);
          return true;
        };
      });
      a.connection.close();
      equal(await closed, 'wamp.close.goodbye_and_out');
    });
    b.connection.onclose = () => true;
    b.connection.close();
  }

  await check('autobahn: ticket, right and wrong', async () => {
    const login = (secret) =>
      autobahnClient(autobahn, urls.tickets, kinds.json(), {
        authid: 'joe',
        authmethods: ['ticket'],
        onchallenge: () => secret,
      });
    const { connection } = await login('secret');
    connection.onclose = () => true;
    connection.close();
    const refused = await login('wrong').then(() => 'in', String);
    equal(/authentication_denied/.test(refused), true, refused);
  });
}

// ── wampy.js

async function checkWampy({ Wampy }, serializers, WebSocket, urls) {
  for (const [kind, Serializer] of Object.entries(serializers)) {
    const name = (what) => `wampy ${kind}: ${what}`;
    const client = async () => {
      const made = new Wampy(urls.plain, {
        realm: 'realm1',
        ws: WebSocket,
        serializer: new Serializer(),
        autoReconnect: false,
      });
      await made.connect();
      return made;
    };
    const [a, b] = [await client(), await client()];

    await check(name('register, call, all shapes of arguments intact'), async () => {
      const came = inbox();
      await b.register('com.wampy.echo', ({ argsList = [], argsDict = {} }) => {
        came.push([argsList, argsDict]);
        return { argsList, argsDict };
      });
      // it reads integers above 2^32 as bigint from MessagePack, and negative ones wrongly from CBOR
      for (const [args, kwargs] of SHAPES.slice(0, kind === 'json' ? undefined : -1)) {
        const { argsList = [], argsDict = {} } = await a.call('com.wampy.echo', { argsList: args, argsDict: kwargs });
        equal(await came.next(), [args, kwargs]);
        equal([argsList, argsDict], [args, kwargs]);
      }
      await b.unregister('com.wampy.echo');
    });

    await check(name('application errors keep URI, args and kwargs'), async () => {
      await b.register('com.wampy.fail', () => {
        throw Object.assign(new Error('x'), { error: 'com.app.bad', argsList: ['why'], argsDict: { a: 1 } });
      });
      const error = await a.call('com.wampy.fail').then(
        () => undefined,
        (reason) => reason,
      );
      equal([error.errorUri, error.argsList, error.argsDict], ['com.app.bad', ['why'], { a: 1 }]);
    });

    await check(name('prefix subscriptions and retained events'), async () => {
      const came = inbox();
      const options = { match: 'prefix' };
      await b.subscribe('com.wampy.topic', ({ details, argsList }) => came.push([details.topic, argsList]), options);
      await a.publish('com.wampy.topic.one', [1]);
      equal(await came.next(), ['com.wampy.topic.one', [1]]);
      // its publish loses `retain`: a literal client keeps the event
      const keeper = await raw(WebSocket, urls.plain, 'com.wampy.keep', (invocation, send) => {
        send([16, 2, { retain: true }, 'com.wampy.kept', ['state']]);
        send([70, invocation, {}]);
      });
      await a.call('com.wampy.keep', [1]);
      const kept = inbox();
      await b.subscribe('com.wampy.kept', ({ details, argsList }) => kept.push([details.retained, argsList]), {
        get_retained: true,
      });
      equal(await kept.next(), [true, ['state']]);
      keeper.close();
    });

    await check(name('progressive results'), async () => {
      // its callee announces no progress: here it is the caller, and the answers come from a literal client
      const callee = await raw(WebSocket, urls.plain, 'com.wampy.count', (invocation, send) => {
        send([70, invocation, { progress: true }, [1]]);
        send([70, invocation, { progress: true }, [2]]);
        send([70, invocation, {}, [3]]);
      });
      const came = inbox();
      const result = await a.call('com.wampy.count', [], {
        progress_callback: ({ argsList }) => came.push(argsList),
      });
      equal([result.argsList, await came.next(), await came.next()], [[3], [1], [2]]);
      callee.close();
    });

    await check(name('cancel'), async () => {
      const callee = await raw(WebSocket, urls.plain, 'com.wampy.slow', () => undefined);
      const call = a.call('com.wampy.slow', [1]);
      a.cancel(a.getOpStatus().reqId, { mode: 'killnowait' });
      const error = await call.then(
        () => undefined,
        (reason) => reason,
      );
      equal(error.errorUri, 'wamp.error.canceled');
      callee.close();
    });

    await check(name('goodbye from the client'), async () => {
      await a.disconnect();
      await b.disconnect();
    });
  }
}

/** A callee of literal frames, which can do what the peer's own cannot. */
function raw(WebSocket, url, procedure, answer) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, ['wamp.2.json']);
    const send = (frame) => socket.send(JSON.stringify(frame));
    socket.on('open', () => {
      const features = { progressive_call_results: true, call_canceling: true };
      send([1, 'realm1', { roles: { callee: { features }, publisher: {} } }]);
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame[0] === 2) send([64, 1, {}, procedure]);
      if (frame[0] === 65) resolve(socket);
      if (frame[0] === 68) answer(frame[1], send);
    });
  });
}

await install();
const require = createRequire(`${cache}/package.json`);
const load = (id) => import(pathToFileURL(require.resolve(id)).href);
const routers = {
  plain: await router(),
  crossbar: await router('--like', 'crossbar'),
  tickets: await router('--ticket', 'joe=secret'),
};
const urls = Object.fromEntries(Object.entries(routers).map(([name, { url }]) => [name, url]));

await checkAutobahn(require('autobahn'), urls);
const { JsonSerializer } = await load('wampy/JsonSerializer.js');
const { MsgpackSerializer } = await load('wampy/MsgpackSerializer.js');
const { CborSerializer } = await load('wampy/CborSerializer.js');
const serializers = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };
await checkWampy(await load('wampy'), serializers, require('ws'), urls);
await check('routers: stop in order', async () => {
  equal(await Promise.all(Object.values(routers).map(({ stop }) => stop())), [0, 0, 0]);
});
print(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
