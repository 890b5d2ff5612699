import { spawn } from 'node:child_process';
import { once } from 'node:events';

const patience = 3_000; // ms to end in an orderly way

/**
 * Starts a Node program as a process of its own that exits with this one.
 *
 * @param {string} name what to call it in the output
 * @param {string[]} args the program and its arguments
 * @param {{ verbose: boolean, env?: Record<string, string> }} options verbose: pass on what it prints; env: what it
 *   knows besides
 */
export function startChild(name, args, { verbose, env }) {
  const child = spawn(process.execPath, ['--import', new URL('exit-with-parent.mjs', import.meta.url).href, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    if (verbose) process.stdout.write(prefixed(name, text));
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    complaints = (complaints + text).slice(-2_000);
    if (verbose) process.stderr.write(prefixed(name, text));
  });
  const exited = once(child, 'exit');
  exited.catch(() => undefined); // those that await it handle the error

  return {
    /** Settles when the process has ended; rejects if it could not be started. */
    exited,
    /** The last lines that it wrote to stderr. */
    complaints: () => complaints.trim(),
    running: () => child.exitCode === null && child.signalCode === null,
    /** Asks it to end, insists after a while, and resolves when it is gone. */
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), patience);
      await exited.finally(() => clearTimeout(insist));
    },
  };
}

/**
 * @param {string} name
 * @param {string} text
 */
function prefixed(name, text) {
  return text.replace(/^(?=.)/gm, `${name}: `);
}

/** @typedef {ReturnType<typeof startChild>} Child */
