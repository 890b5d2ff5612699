/** What a command has to do with the world. */
export interface Terminal {
  /** Prints to standard output. */
  readonly out: (text: string) => void;
  /** Prints to standard error. */
  readonly err: (text: string) => void;
  /** Resolves when the user wants the program to stop. */
  readonly stopped: () => Promise<void>;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Runs it; resolves with the exit code. */
  run(args: string[], terminal: Terminal): Promise<number>;
}

/** Something the user can mend: printed without a stack. */
export class CliError extends Error {
  override name = 'CliError';
  readonly code: number;

  /** @param code the exit code: 2 for a wrong command line, 1 for what failed */
  constructor(message: string, code = 2) {
    super(message);
    this.code = code;
  }
}

/** Runs the parser of options; its complaint, and the way to the help, is for the user. */
export function parsed<T>(command: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const said = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new CliError(`${said}. See: rxwamp ${command} --help`);
  }
}
