import type { Command as Parser } from 'commander';

/** What the program ends with. */
export const EXIT = {
  ok: 0,
  /** The other side answered with an error, or what was asked for failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** There is no session: no router there, or it refused or ended the session. */
  noSession: 3,
  /** `--timeout` was over. */
  timeout: 4,
} as const;

/** What a command has to do with the world. */
export interface Terminal {
  /** Prints to standard output: results, and nothing else. */
  readonly out: (text: string) => void;
  /** Prints to standard error. */
  readonly err: (text: string) => void;
  /** Resolves when the program is to stop: with the signal, or with nothing where nobody reads its output any more. */
  readonly stopped: () => Promise<NodeJS.Signals | undefined>;
  /** How wide standard output is, if it is a terminal. */
  readonly columns?: number | undefined;
  /** Where a progress bar can be drawn: standard error, if it is a terminal. */
  readonly screen?: NodeJS.WritableStream | undefined;
}

/** One command of the command line. */
export interface Command {
  /** Adds its arguments and options to the parser. */
  configure(parser: Parser): void;
  /** Runs it with what was parsed; resolves with the exit code. */
  run(args: unknown[], flags: object, terminal: Terminal): Promise<number>;
}

/** Something the user can mend: printed without a stack. */
export class CliError extends Error {
  override name = 'CliError';
  readonly code: number;

  /** @param code the exit code: one of {@link EXIT}, a wrong command line by default */
  constructor(message: string, code: number = EXIT.usage) {
    super(message);
    this.code = code;
  }
}

/** Collects an option that may be repeated. Its default must be filled in later, or it would stay among the values. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
