#!/usr/bin/env node
import type { Terminal } from './command.ts';
import { run } from './run.ts';

/** The exit codes of shells for a program that a signal ended. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let stop: (signal?: NodeJS.Signals) => void = () => undefined;
const stopped = new Promise<NodeJS.Signals | undefined>((resolve) => (stop = resolve));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  let again = false;
  process.on(signal, () => {
    // the first signal asks for an orderly end, the second ends the process
    if (again) process.exit(CODES[signal]);
    again = true;
    stop(signal);
  });
}

/** Writes to a stream. That its reader has gone (`| head -1`) is no error, but a reason to stop. */
function open(stream: NodeJS.WriteStream): (text: string) => void {
  let gone = false;
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    gone = true;
    if (stream === process.stdout) stop();
    else if (code !== 'EPIPE') process.exitCode = 1;
  });
  return (text) => {
    if (!gone) stream.write(text);
  };
}

const terminal: Terminal = {
  out: open(process.stdout),
  err: open(process.stderr),
  stopped: () => stopped,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  screen: process.stderr.isTTY ? process.stderr : undefined,
};

const code = await run(process.argv.slice(2), terminal);
// flushes the output; handles that a module of the user still holds do not keep the process alive
process.stdout.write('', () => process.exit(code));
