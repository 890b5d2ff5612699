import { Option } from 'commander';
import { merge, take, tap } from 'rxjs';
import type { Match } from '../../protocol/uris.ts';
import type { SubscribeOptions } from '../../session/options.ts';
import { collect, type Command } from '../command.ts';
import { runTask } from '../connect/run-task.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { formatOutput, outputOptions, type OutputFlags } from '../output.ts';
import { countOf, optionsOf } from '../values.ts';

interface SubscribeFlags extends ConnectionFlags, OutputFlags {
  readonly match?: Match;
  readonly times?: number;
  readonly getRetained?: boolean;
  readonly option?: readonly string[];
}

const EXAMPLES = `
Prints one line of JSON for each event until it is stopped. After a loss it subscribes again, and reports that.

Examples:
  rxwamp subscribe com.shop.price
  rxwamp subscribe com.shop. --match prefix --show payload
  rxwamp subscribe com.app.state --get-retained --times 1
  rxwamp subscribe wamp.session.on_join wamp.session.on_leave
`;

/** `rxwamp subscribe` */
export const subscribe: Command = {
  configure(parser) {
    connectionOptions(
      outputOptions(
        'all',
        parser
          .description('Prints the events of topics.')
          .argument('<topics...>', 'URIs, or patterns with --match')
          .addOption(new Option('--match <how>', 'how topics match').choices(['exact', 'prefix', 'wildcard']))
          .option('--times <n>', 'end after this many events', countOf('--times'))
          .option('--get-retained', 'request the retained events')
          .option('--option <name=value>', 'an option of the subscription; may be repeated', collect),
      ),
    ).addHelpText('after', EXAMPLES);
  },
  run([topics], flags, terminal) {
    const { match, times = Infinity, getRetained, option, verbose, ...shown } = flags as SubscribeFlags;
    const options: SubscribeOptions = {
      ...(match && { match }),
      ...(getRetained === true && { getRetained }),
      ...(verbose === true && {
        onSubscribed: ({ topic, id }) => terminal.err(`rxwamp: subscribed to ${topic} (${id})\n`),
      }),
      ...optionsOf(option),
    };
    return runTask(flags as SubscribeFlags, terminal, {
      lasting: true,
      work: (wamp) =>
        merge(...(topics as string[]).map((topic) => wamp.subscribe(topic, options))).pipe(
          take(times),
          tap((event) => terminal.out(formatOutput(event, shown))),
        ),
    });
  },
};
