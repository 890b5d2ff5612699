// Commands in a folder, with one Node for all that they start.
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What runs in the background ends with this process, and so does what it started. */
const running = new Set();
function end(child) {
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // it has ended
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('exit', () => running.forEach(end));

/**
 * @param {string} cwd
 * @param {string | undefined} bin a folder with another `node`
 */
export function commandsIn(cwd, bin) {
  const env = { ...process.env, NG_CLI_ANALYTICS: 'false', NO_COLOR: '1', CI: '1' };
  // of an `npm run` around this: it would send npm to that project
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle|config_local_prefix)/.test(name)) delete env[name];
  if (bin) env.PATH = `${bin}${delimiter}${env.PATH}`;

  function start(command, ...args) {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += stripVTControlCharacters(text)));
    }
    running.add(child);
    const closed = new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => {
        running.delete(child);
        resolve(code);
      });
    });
    const printed = () => `${[command, ...args].join(' ')}\n${output.trimEnd().split('\n').slice(-60).join('\n')}`;
    return { child, closed, printed };
  }

  return {
    /** Resolves with what a command printed; rejects with that when it fails. */
    async run(command, ...args) {
      const { closed, printed } = start(command, ...args);
      const code = await closed;
      if (code !== 0) throw new Error(`exit code ${code} of ${printed()}`);
      return printed();
    },
    /** Starts a server, and resolves when it has printed a line that says so. */
    async serve(ready, command, ...args) {
      const { child, closed, printed } = start(command, ...args);
      await new Promise((resolve, reject) => {
        const look = () => ready.test(printed()) && resolve();
        child.stdout.on('data', look);
        closed.then((code) => reject(new Error(`exit code ${code} of ${printed()}`)), reject);
      });
      return {
        printed,
        stop() {
          end(child);
          return closed;
        },
      };
    },
  };
}
