import { map, timeout as limit, type Observable } from 'rxjs';
import type { Client } from '../../client/client.ts';
import type { Publication, PublishOptions } from '../../session/options.ts';
import { CliError, collect, EXIT, type Command } from '../command.ts';
import { runTask } from '../connect/run-task.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { lineOf, optionsOf, pairsOf, valueOf } from '../values.ts';

interface PublishFlags extends ConnectionFlags {
  readonly kw?: readonly string[];
  readonly option?: readonly string[];
  readonly acknowledge: boolean;
}

const EXAMPLES = `
Arguments are JSON, or else strings. Prints the answer of the router.

Examples:
  rxwamp publish com.shop.price '{"item": "tea", "price": 3}'
  rxwamp publish com.app.state ready --kw since=1700000000 --option retain=true
  rxwamp publish com.app.note hello --option eligibleAuthid='["joe"]' --no-acknowledge
`;

/** `rxwamp publish` */
export const publish: Command = {
  configure(parser) {
    connectionOptions(
      parser
        .description('Publishes an event.')
        .argument('<topic>', 'its URI')
        .argument('[args...]', 'positional arguments')
        .option('--kw <name=value>', 'a keyword argument; may be repeated', collect)
        .option(
          '--option <name=value>',
          'an option of the publication (retain, exclude_me …); may be repeated',
          collect,
        )
        .option('--no-acknowledge', 'do not wait for the answer of the router'),
    ).addHelpText('after', EXAMPLES);
  },
  run([topic, args], flags, terminal) {
    const { kw, option, acknowledge, timeout } = flags as PublishFlags;
    const options: PublishOptions = { acknowledge, ...optionsOf(option) };
    const kwargs = pairsOf('--kw', kw);
    const list = (args as string[]).map(valueOf);
    const print = (publication: Publication): void => terminal.out(`${lineOf(publication)}\n`);
    const work = (wamp: Client): Observable<unknown> =>
      wamp.publish(topic as string, list, kwargs, options).pipe(map(print));
    const late = (): never => {
      throw new CliError(`${String(topic)}: no answer within ${timeout} ms; raise --timeout`, EXIT.timeout);
    };
    return runTask(flags as PublishFlags, terminal, {
      lasting: false,
      work: (wamp) => (timeout === undefined ? work(wamp) : work(wamp).pipe(limit({ first: timeout, with: late }))),
    });
  },
};
