import { finalize, tap } from 'rxjs';
import type { CallOptions } from '../../session/options.ts';
import { collect, type Command } from '../command.ts';
import { runTask } from '../connect/run-task.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { formatOutput, outputOptions, type OutputFlags } from '../output.ts';
import { optionsOf, pairsOf, valueOf } from '../values.ts';

interface CallFlags extends ConnectionFlags, OutputFlags {
  readonly kw?: readonly string[];
  readonly option?: readonly string[];
  readonly progress?: boolean;
  readonly bar?: boolean;
}

const EXAMPLES = `
Arguments are JSON, or else strings. A result is one line of JSON.

Examples:
  rxwamp call com.calc.add 2 3
  rxwamp call com.shop.order '{"item": "tea"}' --kw urgent=true --option disclose_me=true
  rxwamp call com.app.scan /var/log --progress --timeout 5m
  RXWAMP_TICKET=… rxwamp call com.app.me --url wss://router.example/ws --authid joe
`;

/** `rxwamp call` */
export const call: Command = {
  configure(parser) {
    connectionOptions(
      outputOptions(
        'value',
        parser
          .description('Calls a procedure and prints its result.')
          .argument('<procedure>', 'its URI')
          .argument('[args...]', 'positional arguments')
          .option('--kw <name=value>', 'a keyword argument; may be repeated', collect)
          .option(
            '--option <name=value>',
            'an option of the call (disclose_me, cancelMode …); may be repeated',
            collect,
          )
          .option('--progress', 'request progressive results: one line for each')
          .option('--bar', 'request them as a progress bar on the terminal; print only the final result'),
      ),
    ).addHelpText('after', EXAMPLES);
  },
  async run([procedure, args], flags, terminal) {
    const { kw, option, progress, bar, timeout, ...shown } = flags as CallFlags;
    const options: CallOptions = {
      ...(timeout !== undefined && { deadline: timeout }),
      ...((progress === true || bar === true) && { progress: true }),
      ...optionsOf(option),
    };
    const kwargs = pairsOf('--kw', kw);
    const list = (args as string[]).map(valueOf);
    const screen =
      bar === true && terminal.screen
        ? new (await import('../bar.ts')).Bar(terminal.screen, String(procedure))
        : undefined;
    return runTask(flags as CallFlags, terminal, {
      lasting: false,
      work: (wamp) =>
        wamp.call(procedure as string, list, kwargs, options).pipe(
          tap((result) => {
            if (bar === true && result.progress) screen?.show(result);
            else {
              screen?.close();
              terminal.out(formatOutput(result, shown));
            }
          }),
          finalize(() => screen?.close()),
        ),
    });
  },
};
