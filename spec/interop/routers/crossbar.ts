// Crossbar.io, with a configuration of our own.
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { scramKeys } from '../../../src/testing/node/crossbar-config.ts';
import { CACHE } from '../pins.ts';
import { freePorts, Program } from '../process.ts';
import type { Certificate } from '../tls.ts';
import type { RealRouter } from './router.ts';
import { JOE, KEEPING, KEPT } from './router.ts';

const serializers = ['json', 'msgpack', 'cbor'];

/** What a role may do: everything. Only configuration discloses who calls and publishes. */
function role(name: string, disclose: boolean): object {
  const allow = { call: true, register: true, publish: true, subscribe: true };
  return {
    name,
    permissions: [
      { uri: '', match: 'prefix', allow, disclose: { caller: disclose, publisher: disclose }, cache: true },
    ],
  };
}

function authentication(certificate: string): object {
  const user = { secret: JOE.secret, role: 'user' };
  const salty = { ...user, salt: JOE.salt, iterations: JOE.iterations, keylen: 32 };
  return {
    ticket: { type: 'static', principals: { [JOE.authid]: { ticket: JOE.secret, role: 'user' } } },
    wampcra: { type: 'static', users: { [JOE.authid]: user, salty } },
    scram: { type: 'static', principals: { [JOE.authid]: { ...scramKeys(JOE.secret), role: 'user' } } },
    cookie: {},
    tls: { type: 'static', principals: { [JOE.authid]: { 'certificate-sha1': certificate, role: 'user' } } },
    cryptosign: {
      type: 'static',
      principals: { [JOE.authid]: { realm: 'secure', role: 'user', authorized_keys: [JOE.publicKey] } },
    },
  };
}

function configuration(ports: Ports, unix: string, certificate: string): object {
  const roles = [role('anonymous', false), role('user', true)];
  const tcp = (port: number, tls?: object): object => ({
    type: 'tcp',
    interface: '127.0.0.1',
    port,
    ...(tls ? { tls } : {}),
  });
  const webSocket = {
    type: 'websocket',
    serializers,
    options: { auto_ping_interval: 10_000, auto_ping_timeout: 5000 },
  };
  const auth = authentication(certificate);
  const secure = { key: 'server.key', certificate: 'server.crt' };
  const cookies = { cookie: { store: { type: 'memory' } } };
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: 'router',
        realms: [
          { name: 'realm1', roles },
          { name: KEEPING, roles, store: { type: 'memory', 'event-history': [{ uri: KEPT, limit: 100 }] } },
          { name: 'secure', roles },
        ],
        transports: [
          {
            type: 'web',
            endpoint: tcp(ports.web),
            paths: {
              '/': { type: 'path', paths: {} }, // 'nodeinfo' would answer for the paths below it, too
              ws: webSocket,
              auth: { ...webSocket, ...cookies, auth },
              lp: { type: 'longpoll', options: { request_timeout: 5, session_timeout: 30 } },
            },
          },
          { ...webSocket, endpoint: tcp(ports.wss, secure) },
          { ...webSocket, endpoint: tcp(ports.mtls, { ...secure, ca_certificates: ['joe.crt'] }), auth },
          { type: 'rawsocket', endpoint: tcp(ports.tcp), serializers },
          { type: 'rawsocket', endpoint: tcp(ports.rss, secure), serializers },
          { type: 'rawsocket', endpoint: { type: 'unix', path: unix }, serializers },
        ],
      },
    ],
  };
}

interface Ports {
  readonly web: number;
  readonly wss: number;
  readonly mtls: number;
  readonly tcp: number;
  readonly rss: number;
}

/** A Crossbar.io that is not started yet; its node directory will lie in `folder`. */
export async function crossbar(title: string, folder: string, { key, cert, joe }: Certificate): Promise<RealRouter> {
  const [web, wss, mtls, tcp, rss] = (await freePorts(5)) as [number, number, number, number, number];
  const node = `${folder}/crossbar`;
  const unix = `${folder}/cb.sock`;
  mkdirSync(node, { recursive: true });
  copyFileSync(key, `${node}/server.key`);
  copyFileSync(cert, `${node}/server.crt`);
  copyFileSync(joe.file, `${node}/joe.crt`);
  const { fingerprint } = new X509Certificate(joe.cert);
  const settings = configuration({ web, wss, mtls, tcp, rss }, unix, fingerprint);
  writeFileSync(`${node}/config.json`, JSON.stringify(settings, undefined, 1));
  let program: Program | undefined;
  return {
    name: 'crossbar',
    title,
    at: {
      ws: `ws://127.0.0.1:${web}/ws`,
      auth: `ws://127.0.0.1:${web}/auth`,
      wss: `wss://127.0.0.1:${wss}/`,
      mtls: `wss://127.0.0.1:${mtls}/`,
      tcp: { host: '127.0.0.1', port: tcp },
      rss: { host: '127.0.0.1', port: rss },
      unix,
      longPoll: `http://127.0.0.1:${web}/lp`,
    },
    can: {
      longPoll: false,
      packs: ['enc_algo'],
      batches: true,
      methods: ['ticket', 'wampcra', 'wampcra, salted', 'scram', 'cryptosign'],
      salted: { realm: 'secure', authid: 'salty' },
      refuses: /not_authorized/,
      cookie: 'set',
      binding: 'tls-unique',
    },
    async start() {
      rmSync(unix, { force: true });
      rmSync(`${node}/node.pid`, { force: true });
      program = await Program.start({
        command: `${CACHE}crossbar/bin/crossbar`,
        args: ['start', '--cbdir', node, '--loglevel', 'info', '--color', 'false'],
        env: { PYTHONUNBUFFERED: '1' },
        ready: /NODE_BOOT_COMPLETE/,
        patience: 120_000,
      });
    },
    async stop(how) {
      await (how === 'SIGKILL' ? program?.kill() : program?.stop(20_000));
    },
    get program() {
      return program;
    },
  };
}
