import { config } from 'rxjs';
import { ClosedError, ConnectionLostError } from '../../protocol/errors.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { EXIT, type Command } from '../command.ts';
import { componentOf } from '../components.ts';
import { attend } from '../connect/attend.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { plain } from '../text.ts';

interface RunFlags extends ConnectionFlags {
  readonly prefix?: string;
}

const EXAMPLES = `
An export is
- a class, which is made with the client, or an object: its methods with @Procedure and @Topic are bound;
- a function (session, signal) => …, which is called on each session: a Promise or Observable that it returns is the
  component's life, and without one it stays.
Without '#' it is the default export. Each has a connection of its own. One that fails is reported, and the others go on;
all end at Ctrl+C.

Examples:
  rxwamp run ./dist/weather.js#WeatherService
  rxwamp run ./counter.js#Counter ./counter.js#print --prefix com.example
`;

/** `rxwamp run` */
export const run: Command = {
  configure(parser) {
    connectionOptions(
      parser
        .description('Runs components from modules, side by side.')
        .argument('<components...>', 'modules and what they export: module.js#Component')
        .option('--prefix <uri>', 'stands before the URIs of decorated methods'),
    ).addHelpText('after', EXAMPLES);
  },
  async run([asked], flags, terminal) {
    const { prefix } = flags as RunFlags;
    const components = await Promise.all((asked as string[]).map(componentOf));
    // what a component forgets to take must not end the others; that a session was lost is told anyhow
    config.onUnhandledError ??= (error) => {
      if (error instanceof ConnectionLostError || error instanceof ClosedError) return;
      terminal.err(`rxwamp: an error that nobody took: ${plain(messageOf(error))}\n`);
    };
    const codes = await Promise.all(
      components.map(({ name, run }) =>
        attend(flags as RunFlags, terminal, { lasting: true, name, work: (wamp) => run(wamp, prefix) }),
      ),
    );
    // the command line was right: what is wrong with a component is no usage of ours
    const worst = codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
    return worst === EXIT.usage ? EXIT.failed : worst;
  },
};
