#!/usr/bin/env node
import type { Terminal } from './command.ts';
import { run } from './run.ts';

/** The exit codes that shells give to a program that a signal ended. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let stop: (signal?: NodeJS.Signals) => void = () => undefined;
const stopped = new Promise<NodeJS.Signals | undefined>((resolve) => (stop = resolve));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  let again = false;
  process.on(signal, () => {
    // the first one is a wish, the second an order
    if (again) process.exit(CODES[signal]);
    again = true;
    stop(signal);
  });
}

/** Whoever reads may go away before everything is said (`| head -1`): no error, but a reason to stop. */
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
// what was printed leaves first; what a module of the user still holds open does not keep the program
process.stdout.write('', () => process.exit(code));
