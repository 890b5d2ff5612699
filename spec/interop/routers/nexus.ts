// nexus, embedded in the program of ../nexus.
import { rmSync } from 'node:fs';
import { CACHE } from '../pins.ts';
import { freePorts, Program } from '../process.ts';
import type { Certificate } from '../tls.ts';
import type { RealRouter } from './router.ts';
import { JOE } from './router.ts';

/**
 * A nexus that is not started yet; its Unix socket will lie in `folder`.
 *
 * @param queue messages under way to one client beyond which it drops them without a word; 0 is its default, 64
 */
export async function nexus(
  title: string,
  folder: string,
  { key, cert }: Certificate,
  queue = 1000,
): Promise<RealRouter> {
  const [ws, wss, tcp, rss] = (await freePorts(4)) as [number, number, number, number];
  const unix = `${folder}/nexus.sock`;
  let program: Program | undefined;
  const flags = {
    ws: `127.0.0.1:${ws}`,
    wss: `127.0.0.1:${wss}`,
    tcp: `127.0.0.1:${tcp}`,
    rss: `127.0.0.1:${rss}`,
    ...{ unix, cert, key, secret: JOE.secret, pubkey: JOE.publicKey },
    queue: String(queue),
  };
  return {
    name: 'nexus',
    title,
    at: {
      ws: `ws://127.0.0.1:${ws}/`,
      auth: `ws://127.0.0.1:${ws}/`,
      wss: `wss://127.0.0.1:${wss}/`,
      tcp: { host: '127.0.0.1', port: tcp },
      rss: { host: '127.0.0.1', port: rss },
      unix,
    },
    can: {
      longPoll: false,
      packs: ['ppt_scheme'],
      batches: false,
      methods: ['ticket', 'wampcra', 'wampcra, salted', 'cryptosign'],
      salted: { realm: 'salted', authid: JOE.authid },
      refuses: /authentication_failed/,
      losesLast: true,
    },
    async start() {
      rmSync(unix, { force: true }); // a killed one leaves it behind
      program = await Program.start({
        command: `${CACHE}nexus/nexus`,
        args: Object.entries(flags).map(([name, value]) => `-${name}=${value}`),
        ready: /^READY$/m,
        patience: 20_000,
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
