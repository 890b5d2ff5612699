// What the built package does under one runtime: run by `npm run check:runtimes` in a fresh project, with Node, Deno and Bun. Each
// part prints a line; the last line is what came of all, as JSON.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { firstValueFrom, lastValueFrom, of, take, toArray } from 'rxjs';
import * as door from 'rxwamp';
import { batched, cryptosign, cryptosignPublicKey, json, longPoll, scram, ticket, WampClient, wampcra } from 'rxwamp';
import { cbor } from 'rxwamp/cbor';
import { msgpack } from 'rxwamp/msgpack';
import { rawSocket, webSocket } from 'rxwamp/node';
import * as accepts from 'rxwamp/router';
import { serveRouter } from 'rxwamp/router/node';
import { createTestRouter, record, whenSession } from 'rxwamp/testing';
import { testCertificate } from 'rxwamp/testing/node';
import { SECRET, securedRealms } from './secured.mjs';

/** Milliseconds for one part. */
const LIMIT = 20_000;
const router = createTestRouter(await securedRealms(accepts, cryptosignPublicKey));
const socketPath = join(tmpdir(), `rxwamp-${process.pid}.sock`);
const certificate = await testCertificate({ names: ['router.test'], keyType: 'ec' });
const served = await serveRouter(router, { rawSocket: { port: 0 }, longPoll: true });
await serveRouter(router, { socketPath });
const secure = await serveRouter(router, { tls: certificate });

/** Gives a client to a function, and closes it. */
async function using(options, work) {
  const wamp = new WampClient({ realm: 'realm1', reconnect: { initialDelay: 10 }, ...options });
  try {
    return await work(wamp);
  } finally {
    await wamp.close();
  }
}

/** The verbs, binary, progress, cancel and healing over one transport. */
const behaves = (transport) =>
  using({ transports: [transport] }, async (wamp) => {
    const bytes = new Uint8Array([0, 255, 7]);
    const registration = wamp.register('com.app.echo', ({ args }) => args[0]).subscribe();
    wamp.register('com.app.count', () => of(1, 2, door.result(['end']))).subscribe();
    const events = record(wamp.subscribe('com.app.topic'));
    await router.whenRegistered('com.app.echo');
    await router.whenRegistered('com.app.count');
    await router.whenSubscribed('com.app.topic');
    assert.deepEqual([...(await firstValueFrom(wamp.call('com.app.echo', [bytes]))).value], [...bytes]);
    const counted = await lastValueFrom(wamp.call('com.app.count', { progress: true }).pipe(toArray()));
    assert.deepEqual(
      counted.map(({ value }) => value),
      [1, 2, 'end'],
    );
    await firstValueFrom(wamp.publish('com.app.topic', ['ä'], {}, { acknowledge: true, excludeMe: false }));
    if (events.values.length === 0) await events.next();
    assert.equal(events.values[0].value, 'ä');
    const healed = firstValueFrom(wamp.session$.pipe(take(2), toArray()));
    router.dropAll();
    await healed;
    await router.whenRegistered('com.app.echo');
    assert.equal((await firstValueFrom(wamp.call('com.app.echo', ['again']))).value, 'again');
    registration.unsubscribe();
    await assert.rejects(firstValueFrom(wamp.call('com.app.none')), door.ApplicationError);
  });

const joins = (auth, options = {}) =>
  using({ url: served.url, realm: 'secured', reconnect: false, auth: [auth], ...options }, async (wamp) => {
    assert.equal((await firstValueFrom(wamp.connect())).details.authid, 'joe');
  });

/** The connection to an address fails, for a reason that the message tells. */
const fails = (transport, reason) =>
  using({ transports: [transport], reconnect: false }, (wamp) =>
    assert.rejects(firstValueFrom(wamp.connect()), (error) => reason.test(error.message)),
  );

const parts = {
  async rxwamp() {
    await behaves(door.webSocket({ url: served.url, serializers: [json()] }));
    await behaves(door.webSocket({ url: served.url, serializers: [batched(json())] }));
    await behaves(longPoll({ url: served.longPollUrl }));
  },
  async authenticators() {
    await joins(ticket({ authid: 'joe', ticket: 'hush' }));
    await joins(wampcra({ authid: 'joe', secret: 'hush' }));
    await joins(scram({ authid: 'joe', password: 'hush' }));
    await joins(cryptosign({ authid: 'joe', privateKey: SECRET }));
    await assert.rejects(joins(ticket({ authid: 'joe', ticket: 'wrong' })), door.AbortError);
  },
  cbor: () => behaves(door.webSocket({ url: served.url, serializers: [cbor()] })),
  msgpack: () => behaves(door.webSocket({ url: served.url, serializers: [msgpack()] })),
  async 'webSocket of node'() {
    await behaves(webSocket({ url: served.url, cookies: true, headers: { 'x-smoke': '1' } }));
    await behaves(webSocket({ url: served.url, perMessageDeflate: true, maxPayload: 100_000 }));
    const { cert: ca } = certificate;
    await behaves(webSocket({ url: secure.url, ca, servername: 'router.test' }));
    await fails(webSocket({ url: secure.url, ca, servername: 'other.test' }), /match|altname/i);
    await fails(webSocket({ url: secure.url, servername: 'router.test' }), /self.signed/);
    await fails(webSocket({ url: served.url, origin: 'https://elsewhere.example' }), /HTTP status 403/);
    await behaves(webSocket({ url: `ws+unix:${socketPath}:/` }));
  },
  async rawSocket() {
    const { port } = served.rawSocket;
    for (const serializer of [json(), cbor(), msgpack()]) {
      await behaves(rawSocket({ host: '127.0.0.1', port, serializer }));
    }
  },
  async router() {
    const own = accepts.createRouter();
    await using({ transports: [own.transport()] }, async (wamp) => {
      assert.equal((await firstValueFrom(wamp.call('wamp.session.count'))).value, 1);
    });
    await own.close();
  },
  async kit() {
    const kit = createTestRouter();
    const mock = kit.mock('com.app.price', 42);
    await using({ transports: [kit.transport()] }, async (wamp) => {
      wamp.connect();
      await whenSession(wamp);
      assert.equal((await firstValueFrom(wamp.call('com.app.price', ['tea']))).value, 42);
      assert.deepEqual(
        mock.calls.map(({ args }) => args),
        [['tea']],
      );
    });
    await kit.close();
  },
  async 'require()'() {
    const require = createRequire(import.meta.url);
    const entries = Object.keys(require('rxwamp/package.json').exports).map((path) => `rxwamp${path.slice(1)}`);
    for (const entry of entries.filter((path) => !/angular|inspector|otel|json$/.test(path))) {
      const [imported, required] = [await import(entry), require(entry)];
      for (const name of Object.keys(imported)) assert.equal(required[name], imported[name], `two copies of ${name}`);
    }
  },
  async 'command line'() {
    const program = join(import.meta.dirname, 'node_modules', 'rxwamp', 'dist', 'cli', 'main.js');
    const run = globalThis.Deno ? ['run', '-A', program] : [program];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...run,
      'call',
      'wamp.session.count',
      '--url',
      served.url,
    ]);
    assert.equal(stdout, '1\n');
  },
};

const came = {};
for (const [name, part] of Object.entries(parts)) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end in ${LIMIT} ms`)), LIMIT);
  });
  came[name] = await Promise.race([part(), late]).then(
    () => 'yes',
    (error) => String(error?.stack ?? error),
  );
  clearTimeout(timer);
}
console.log(JSON.stringify(came));
process.exit();
