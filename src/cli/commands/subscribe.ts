import { Option } from 'commander';
import { merge, take, tap } from 'rxjs';
import type { Match } from '../../protocol/uris.ts';
import type { SubscribeOptions } from '../../session/options.ts';
import { collect, type Command } from '../command.ts';
import { attend } from '../connect/attend.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { printed, showOptions, type ShowFlags } from '../payload.ts';
import { countOf, optionsOf } from '../values.ts';

interface SubscribeFlags extends ConnectionFlags, ShowFlags {
  readonly match?: Match;
  readonly times?: number;
  readonly getRetained?: boolean;
  readonly option?: readonly string[];
}

const EXAMPLES = `
Prints a line of JSON for each event, until it is stopped; comes back after a loss, and says so.

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
      showOptions(
        'all',
        parser
          .description('Prints the events of topics.')
          .argument('<topics...>', 'URIs, or patterns with --match')
          .addOption(new Option('--match <how>', 'how they match').choices(['exact', 'prefix', 'wildcard']))
          .option('--times <n>', 'end after so many events', countOf('--times'))
          .option('--get-retained', 'ask for the events that the router keeps')
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
        onSubscribed: ({ topic, id }) => {
          terminal.err(`rxwamp: subscribed to ${topic} (${id})\n`);
        },
      }),
      ...optionsOf(option),
    };
    return attend(flags as SubscribeFlags, terminal, {
      lasting: true,
      work: (wamp) =>
        merge(...(topics as string[]).map((topic) => wamp.subscribe(topic, options))).pipe(
          take(times),
          tap((event) => {
            terminal.out(printed(event, shown));
          }),
        ),
    });
  },
};
