import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { finalize, merge, NEVER, Subject, takeUntil, tap, type Observable } from 'rxjs';
import { ApplicationError } from '../../protocol/errors.ts';
import type { Match } from '../../protocol/uris.ts';
import type { Invocation } from '../../session/events.ts';
import type { RegisterOptions } from '../../session/options.ts';
import { CliError, collect, type Command } from '../command.ts';
import { runTask } from '../connect/run-task.ts';
import { connectionOptions, drainOption, type ConnectionFlags, type DrainFlags } from '../connect/flags.ts';
import { Executor } from '../exec.ts';
import { countOf, lineOf, optionsOf } from '../values.ts';

interface RegisterFlags extends ConnectionFlags, DrainFlags {
  readonly exec: string;
  readonly match?: Match;
  readonly invoke?: NonNullable<RegisterOptions['invoke']>;
  readonly concurrency: number;
  readonly queue: number;
  readonly times?: number;
  readonly option?: readonly string[];
}

const EXAMPLES = `
The shell runs COMMAND for each call. Its environment has RXWAMP_PROCEDURE, RXWAMP_ARGS, RXWAMP_KWARGS and RXWAMP_DETAILS
(JSON), its standard input all of them as one line of JSON. Values above 100 kB are on standard input only.

Each line that it prints is a value, JSON or a string: a progressive result where the caller requested them, otherwise the
last one is the result. A line {"args": […], "kwargs": {…}} is the whole result; {"error": "com.app.error.x", "args": […]}
an error. An exit code other than 0 is the error wamp.error.runtime_error. When the caller cancels, COMMAND gets SIGTERM.

At Ctrl+C the procedure is unregistered, and calls under way are answered within the time of --drain; what still runs then
gets SIGTERM. A second Ctrl+C ends all at once.

Examples:
  rxwamp register com.app.date --exec date
  rxwamp register com.calc.add --exec 'jq ".args | add"'
  rxwamp register com.app.scan --exec './scan.sh' --concurrency 2 --option invoke=roundrobin
`;

/** `rxwamp register` */
export const register: Command = {
  configure(parser) {
    connectionOptions(
      drainOption(
        parser
          .description('Registers a procedure, and answers each call with the output of a command.')
          .argument('<procedure>', 'its URI, or a pattern with --match')
          .requiredOption('--exec <command>', 'the command that answers a call')
          .addOption(
            new Option('--match <how>', 'how procedures match the URI').choices(['exact', 'prefix', 'wildcard']),
          )
          .addOption(
            new Option('--invoke <how>', 'how calls are distributed among callees').choices([
              ...['single', 'first', 'last', 'roundrobin', 'random'],
            ]),
          )
          .option('--concurrency <n>', 'commands that run at a time', countOf('--concurrency'), availableParallelism())
          .option('--queue <n>', 'calls that wait for a command; more are refused', countOf('--queue', 0), 1000)
          .option('--times <n>', 'end after this many calls', countOf('--times'))
          .option('--option <name=value>', 'an option of the registration; may be repeated', collect),
      ),
    ).addHelpText('after', EXAMPLES);
  },
  async run([procedure], flags, terminal) {
    const {
      exec,
      match,
      invoke,
      concurrency,
      queue,
      times = Infinity,
      option,
      verbose,
      drain,
    } = flags as RegisterFlags;
    if (exec.trim() === '') throw new CliError('--exec: expected a command, got an empty one');
    const options: RegisterOptions = { ...(match && { match }), ...(invoke && { invoke }), ...optionsOf(option) };
    const executor = new Executor(exec, concurrency, queue);
    const log = (text: string): void => {
      if (verbose === true) terminal.err(`rxwamp: ${text}\n`);
    };
    let begun = 0;
    let ended = 0;
    /** `--times` calls have begun. */
    const enough = new Subject<void>();
    const done = new Subject<void>();
    const handler = (invocation: Invocation): Observable<unknown> => {
      const { procedure: called } = invocation.details;
      log(`call of ${called} ${lineOf(invocation.args)} ${lineOf(invocation.kwargs)}`);
      if (begun >= times) throw new ApplicationError('wamp.error.unavailable', ['this callee takes no more calls']);
      if (++begun === times) enough.next();
      return executor.run(invocation).pipe(
        finalize(() => {
          if (++ended === times) done.next();
        }),
      );
    };
    const code = await runTask(flags as RegisterFlags, terminal, {
      lasting: true,
      drain,
      work: (wamp) => {
        const registration = wamp.register(procedure as string, handler, options).pipe(
          tap(({ id }) => log(`registered ${String(procedure)} (${id})`)),
          takeUntil(enough),
        );
        // calls that have begun are answered after that
        return merge(registration, NEVER).pipe(takeUntil(done));
      },
    });
    await executor.idle();
    return code;
  },
};
