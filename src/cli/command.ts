import type { Command as Parser } from 'commander';

/** Exit codes. */
export const EXIT = {
  ok: 0,
  /** The other side answered with an error, or the command failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** There is no session: no router there, or it refused or ended the session. */
  noSession: 3,
  /** `--timeout` expired. */
  timeout: 4,
} as const;

/** Input and output of a command. */
export interface Terminal {
  /** Prints to standard output: results, and nothing else. */
  readonly out: (text: string) => void;
  /** Prints to standard error. */
  readonly err: (text: string) => void;
  /** Resolves when the program has to stop: with the signal, or with undefined where its output was closed. */
  readonly stopped: () => Promise<NodeJS.Signals | undefined>;
  /** The width of standard output, if it is a terminal. */
  readonly columns?: number | undefined;
  /** Standard error, if it is a terminal: progress bars are drawn there. */
  readonly screen?: NodeJS.WritableStream | undefined;
}

/** One command of the command line. */
export interface Command {
  /** Adds its arguments and options to the parser. */
  configure(parser: Parser): void;
  /** Runs it with the parsed arguments and options; resolves with the exit code. */
  run(args: unknown[], flags: object, terminal: Terminal): Promise<number>;
}

/** An error that the user can fix: printed without a stack. */
export class CliError extends Error {
  override name = 'CliError';
  readonly code: number;

  /** @param code the exit code: one of {@link EXIT}, a wrong command line by default */
  constructor(message: string, code: number = EXIT.usage) {
    super(message);
    this.code = code;
  }
}

/** Collects the values of an option that may be repeated. The parser must know no default: it would stay among the values. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
