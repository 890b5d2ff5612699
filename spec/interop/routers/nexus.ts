// nexus, embedded in the program of ../nexus.
import { rmSync } from 'node:fs';
import { CACHE } from '../pins.mjs';
import { freePorts, Program } from '../process.ts';
import type { Certificate } from '../tls.ts';
import type { RealRouter } from './router.ts';
import { JOE } from './router.ts';

/** A nexus that is not started yet; its Unix socket will lie in `folder`. */
export async function nexus(title: string, folder: string, { key, cert }: Certificate): Promise<RealRouter> {
  const [ws, wss, tcp] = (await freePorts(3)) as [number, number, number];
  const unix = `${folder}/nexus.sock`;
  let program: Program | undefined;
  const flags = {
    ws: `127.0.0.1:${ws}`,
    wss: `127.0.0.1:${wss}`,
    tcp: `127.0.0.1:${tcp}`,
    ...{ unix, cert, key, secret: JOE.secret, pubkey: JOE.publicKey },
    // 64 by default: more than that under way to one client is dropped without a word
    queue: '1000',
  };
  return {
    name: 'nexus',
    title,
    at: {
      ws: `ws://127.0.0.1:${ws}/`,
      auth: `ws://127.0.0.1:${ws}/`,
      wss: `wss://127.0.0.1:${wss}/`,
      tcp: { host: '127.0.0.1', port: tcp },
      unix,
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
