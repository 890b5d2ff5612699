// The router of rxwamp/router, served by a process of its own.
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePorts, Program } from '../process.ts';
import type { Certificate } from '../tls.ts';
import type { Settings } from './own.main.ts';
import type { AuthMethod, RealRouter } from './router.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What Node needs to run the sources. */
export const LOADERS = ['--conditions=rxwamp-src', '--import=tsx', `--import=${root}.ci/source.mjs`];

/** The router of this repository, not started yet. */
export async function own(title: string, folder: string, { key, cert, joe }: Certificate): Promise<RealRouter> {
  const [ws, wss, tcp, rss, mtls] = (await freePorts(5)) as [number, number, number, number, number];
  const unix = `${folder}/own.sock`;
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  const settings: Settings = { ws, wss, tcp, rss, mtls, unix, tls, ca: joe.cert };
  let program: Program | undefined;
  return {
    name: 'rxwamp',
    title,
    at: {
      ws: `ws://127.0.0.1:${ws}`,
      auth: `ws://127.0.0.1:${ws}`,
      wss: `wss://127.0.0.1:${wss}`,
      mtls: `wss://127.0.0.1:${mtls}`,
      tcp: { host: '127.0.0.1', port: tcp },
      rss: { host: '127.0.0.1', port: rss },
      unix,
      longPoll: `http://127.0.0.1:${ws}/lp`,
    },
    can: {
      longPoll: true,
      packs: ['ppt_scheme', 'enc_algo'],
      batches: true,
      methods: [
        ...['ticket', 'wampcra', 'wampcra, salted', 'wamp-scram, PBKDF2', 'wamp-scram, Argon2id'],
        ...['scram', 'cryptosign'],
      ] as AuthMethod[],
      salted: { realm: 'secure', authid: 'salty' },
      refuses: /authentication_denied|no_such_principal/,
      cookie: 'given',
      binding: 'tls-exporter',
    },
    async start() {
      rmSync(unix, { force: true });
      program = await Program.start({
        command: process.execPath,
        args: [...LOADERS, fileURLToPath(new URL('own.main.ts', import.meta.url)), JSON.stringify(settings)],
        cwd: root,
        ready: /^READY$/m,
        patience: 30_000,
      });
    },
    async stop(how) {
      await (how === 'SIGKILL' ? program?.kill() : program?.stop());
    },
    get program() {
      return program;
    },
  };
}
