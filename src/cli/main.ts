#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { CliError, type Command } from './command.ts';
import { router } from './router.ts';

const COMMANDS: readonly Command[] = [router];

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

/** The command whose name is nearest to what was typed, if any is near. */
function nearest(typed: string): string | undefined {
  const near = (name: string): boolean =>
    name.startsWith(typed.slice(0, 2)) || Array.from(name).filter((letter) => !typed.includes(letter)).length <= 1;
  return COMMANDS.map(({ name }) => name).find(near);
}

async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process[name === undefined ? 'stderr' : 'stdout'].write(help());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (!command) {
    const near = nearest(name);
    throw new CliError(
      name.startsWith('-')
        ? `Unknown option '${name}'. See: rxwamp --help`
        : `Unknown command '${name}'.${near === undefined ? '' : ` Did you mean '${near}'?`} See: rxwamp --help`,
    );
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(command.help);
    return 0;
  }
  return command.run(rest);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`rxwamp: ${error.message}\n`);
    process.exitCode = error.code;
  },
);
