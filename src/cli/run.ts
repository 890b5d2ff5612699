import { createRequire } from 'node:module';
import { Command as Parser, CommanderError } from 'commander';
import { messageOf } from '../protocol/thrown.ts';
import { CliError, EXIT, type Command, type Terminal } from './command.ts';
import { plain } from './text.ts';

/** The commands, in the order of the help; each is loaded when it is needed. */
const COMMANDS: readonly (readonly [name: string, summary: string, load: () => Promise<Command>])[] = [
  ['call', 'call a procedure', async () => (await import('./commands/call.ts')).call],
  ['publish', 'publish an event', async () => (await import('./commands/publish.ts')).publish],
  ['subscribe', 'print the events of a topic', async () => (await import('./commands/subscribe.ts')).subscribe],
  ['register', 'answer calls with a command', async () => (await import('./commands/register.ts')).register],
  ['run', 'run components from modules', async () => (await import('./commands/run.ts')).run],
  ['meta', 'show what a realm holds', async () => (await import('./commands/meta.ts')).meta],
  ['router', 'run a router for tests and development', async () => (await import('./commands/router.ts')).router],
];

const HELP = `
Each command has its own help, with examples: rxwamp call --help

Exit codes: 0 done, 1 error answer, 2 wrong command line, 3 no session, 4 timeout, 130 Ctrl+C.
`;

/**
 * Runs the command line.
 *
 * @param args the arguments behind `rxwamp`
 * @param terminal where to print, and when to stop
 * @returns the exit code, one of `EXIT`, or that of a signal
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    const known = error instanceof CliError;
    terminal.err(`rxwamp: ${plain(known ? error.message : messageOf(error))}\n`);
    // the stack of an unexpected error helps to report it
    if (!known && args.includes('--verbose') && error instanceof Error) terminal.err(`${error.stack}\n`);
    return known ? error.code : EXIT.failed;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = parserOf('rxwamp', terminal)
    .usage('<command> [options]')
    .version(version(), '-v, --version', 'show the version')
    .addHelpText('after', HELP);
  let code: number = EXIT.ok;
  const isHelp = args[0] === 'help';
  const wanted = isHelp ? args[1] : args[0];
  const known = COMMANDS.some(([name]) => name === wanted);
  if (isHelp && wanted !== undefined && !wanted.startsWith('-') && !known) {
    throw new CliError(`Unknown command '${wanted}'. See: rxwamp --help`);
  }
  for (const [name, summary, load] of COMMANDS) {
    const parser = parserOf(name, terminal).summary(summary);
    program.addCommand(parser);
    // the help needs only name and summary of the others
    if (name !== wanted) continue;
    const command = await load();
    command.configure(parser);
    parser.action(async (...given: unknown[]) => {
      code = await command.run(given.slice(0, -2), given.at(-2) as object, terminal);
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    // without a command the help was printed
    if (error.code === 'commander.help') return EXIT.usage;
    throw new CliError(complaint(error, known && !isHelp ? `${wanted} --help` : '--help'));
  }
  return code;
}

const parserOf = (name: string, { out, err, columns = 110 }: Terminal): Parser =>
  new Parser(name)
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err, outputError: () => undefined })
    .configureHelp({ helpWidth: Math.min(columns, 110) });

/** The message of the parser as one sentence, with the command for help. */
function complaint({ message }: CommanderError, help: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\((Did you mean .*\?)\)$/, '. $1')
    .replace(/([^.?])$/, '$1.');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} See: rxwamp ${help}`;
}

function version(): string {
  return (createRequire(import.meta.url)('rxwamp/package.json') as { version: string }).version;
}
