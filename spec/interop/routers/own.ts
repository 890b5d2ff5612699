// The router of rxwamp/testing, served by a process of its own.
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePorts, Program } from '../process.ts';
import type { Certificate } from '../tls.ts';
import type { RealRouter } from './router.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What Node needs to run the sources. */
export const LOADERS = ['--conditions=rxwamp-src', '--import=tsx', `--import=${root}.ci/source.mjs`];

/** The router of this repository, not started yet. */
export async function own(title: string, folder: string, { key, cert }: Certificate): Promise<RealRouter> {
  const [ws, wss, tcp] = (await freePorts(3)) as [number, number, number];
  const unix = `${folder}/own.sock`;
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  let program: Program | undefined;
  return {
    name: 'rxwamp',
    title,
    at: {
      ws: `ws://127.0.0.1:${ws}`,
      auth: `ws://127.0.0.1:${ws}`,
      wss: `wss://127.0.0.1:${wss}`,
      tcp: { host: '127.0.0.1', port: tcp },
      unix,
    },
    async start() {
      rmSync(unix, { force: true });
      program = await Program.start({
        command: process.execPath,
        args: [
          ...LOADERS,
          fileURLToPath(new URL('own.main.ts', import.meta.url)),
          JSON.stringify({ ws, wss, tcp, unix, tls }),
        ],
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
