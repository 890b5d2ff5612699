import { readFileSync } from 'node:fs';
import { CliError, type Command, type Terminal } from './command.ts';
import { router } from './router.ts';

const COMMANDS: readonly Command[] = [router];

/**
 * Runs the command line.
 *
 * @param args what stands behind `rxwamp`
 * @param terminal where to print, and when to stop
 * @returns the exit code: 0, 1 for what failed, 2 for a wrong command line
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    terminal.err(`rxwamp: ${error.message}\n`);
    return error.code;
  }
}

async function dispatch([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined) {
    terminal.err(help());
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out(help());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    terminal.out(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (!command) throw new CliError(`${unknown(name)} See: rxwamp --help`);
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help);
    return 0;
  }
  return command.run(rest, terminal);
}

function help(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'Usage: rxwamp <command> [options]',
    '',
    'Commands:',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options:',
    '  --help     show this, or the help of a command',
    '  --version  show the version',
    '',
  ].join('\n');
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function unknown(typed: string): string {
  if (typed.startsWith('-')) return `Unknown option '${typed}'.`;
  const near = COMMANDS.find(({ name }) => isNear(typed, name));
  return `Unknown command '${typed}'.${near === undefined ? '' : ` Did you mean '${near.name}'?`}`;
}

/** Whether a name was meant: it begins alike, or all but one of its letters are there. */
function isNear(typed: string, name: string): boolean {
  return name.startsWith(typed.slice(0, 2)) || Array.from(name).filter((letter) => !typed.includes(letter)).length <= 1;
}
