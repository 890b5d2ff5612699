// What a small program costs in a browser: bundled by esbuild, minified, gzipped; RxJS stays outside.
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';
import { cache, root } from './peers.mjs';

const PROGRAMS = {
  rxwamp: {
    folder: root,
    json: `import { WampClient } from 'rxwamp';
      const wamp = new WampClient({ url: 'wss://router.example/ws', realm: 'realm1' });
      wamp.subscribe('com.app.topic').subscribe((event) => console.log(event.value));
      wamp.call('com.app.add', [1, 2]).subscribe((result) => console.log(result.value));`,
    cbor: `import { WampClient, webSocket } from 'rxwamp';
      import { cbor } from 'rxwamp/cbor';
      const transports = [webSocket({ url: 'wss://router.example/ws', serializers: [cbor()] })];
      const wamp = new WampClient({ transports, realm: 'realm1' });
      wamp.subscribe('com.app.topic').subscribe((event) => console.log(event.value));
      wamp.call('com.app.add', [1, 2]).subscribe((result) => console.log(result.value));`,
  },
  raw: {
    folder: root,
    json: `const ws = new WebSocket('wss://router.example/ws', ['wamp.2.json']);
      const requests = new Map(); const topics = new Map(); let next = 1;
      const send = (type, options, ...rest) => ws.send(JSON.stringify([type, next, options, ...rest]));
      ws.onopen = () => ws.send(JSON.stringify([1, 'realm1', { roles: { caller: {}, subscriber: {} } }]));
      ws.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message[0] === 36) topics.get(message[1])?.(message[4][0]);
        else if (message[0] === 50) { requests.get(message[1])(message[3][0]); requests.delete(message[1]); }
        else if (message[0] === 33) topics.set(message[2], (value) => console.log(value));
        else if (message[0] === 2) {
          send(32, {}, 'com.app.topic'); next++;
          requests.set(next, (value) => console.log(value)); send(48, {}, 'com.app.add', [1, 2]); next++;
        }
      };`,
  },
  autobahn: {
    folder: `${cache}autobahn`,
    json: `import autobahn from 'autobahn';
      const connection = new autobahn.Connection({ url: 'wss://router.example/ws', realm: 'realm1' });
      connection.onopen = (session) => {
        session.subscribe('com.app.topic', (args) => console.log(args[0]));
        session.call('com.app.add', [1, 2]).then((result) => console.log(result));
      };
      connection.open();`,
  },
  wampy: {
    folder: `${cache}wampy`,
    json: `import { Wampy } from 'wampy';
      const wamp = new Wampy('wss://router.example/ws', { realm: 'realm1' });
      await wamp.connect();
      wamp.subscribe('com.app.topic', ({ argsList }) => console.log(argsList[0]));
      wamp.call('com.app.add', [1, 2]).then(({ argsList }) => console.log(argsList[0]));`,
  },
  thruway: {
    folder: `${cache}thruway`,
    json: `import { Client } from 'thruway.js';
      const wamp = new Client('wss://router.example/ws', 'realm1');
      wamp.topic('com.app.topic').subscribe((event) => console.log(event.args[0]));
      wamp.call('com.app.add', [1, 2]).subscribe((result) => console.log(result.args[0]));`,
  },
};

/** Bytes of a client's program, or undefined where there is none or it cannot be bundled. */
export async function bundle(client, serializer) {
  const { folder, [serializer]: contents } = PROGRAMS[client] ?? {};
  if (contents === undefined) return undefined;
  const build = await esbuild.build({
    stdin: { contents, resolveDir: folder, loader: 'js' },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [
      'rxjs',
      'rxjs/*',
      'node:*',
      'assert',
      'buffer',
      'crypto',
      'events',
      'net',
      'os',
      'stream',
      'tls',
      'util',
    ],
    logLevel: 'silent',
  });
  return { gzip: gzipSync(build.outputFiles[0].contents, { level: 9 }).length };
}
