import { config } from 'rxjs';
import { ClosedError, ConnectionLostError } from '../../protocol/errors.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { EXIT, type Command } from '../command.ts';
import { loadComponent } from '../components.ts';
import { runTask } from '../connect/run-task.ts';
import { connectionOptions, drainOption, type ConnectionFlags, type DrainFlags } from '../connect/flags.ts';
import { plain } from '../text.ts';

interface RunFlags extends ConnectionFlags, DrainFlags {
  readonly prefix?: string;
}

const EXAMPLES = `
An export is
- a class, constructed with the client, or an object: its methods with @Procedure and @Topic are bound;
- a function (session, signal) => …, called in each session: the component ends with the Promise or Observable that it
  returns, or with the program if it returns neither.
Without '#' it is the default export. Each component has its own connection. One that fails is reported, and the others
go on; all end at Ctrl+C: their procedures are unregistered, calls under way are answered within the time of --drain, and
then functions have their signal aborted. A second Ctrl+C ends the program at once.

Examples:
  rxwamp run ./dist/weather.js#WeatherService
  rxwamp run ./counter.js#Counter ./counter.js#print --prefix com.example
`;

/** `rxwamp run` */
export const run: Command = {
  configure(parser) {
    connectionOptions(
      drainOption(
        parser
          .description('Runs components from modules, side by side.')
          .argument('<components...>', 'modules and their exports: module.js#Component')
          .option('--prefix <uri>', 'a prefix for the URIs of decorated methods'),
      ),
    ).addHelpText('after', EXAMPLES);
  },
  async run([references], flags, terminal) {
    const { prefix, drain } = flags as RunFlags;
    const components = await Promise.all((references as string[]).map(loadComponent));
    // an unhandled error of one component must not end the others; the log reports losses anyhow
    config.onUnhandledError ??= (error) => {
      if (error instanceof ConnectionLostError || error instanceof ClosedError) return;
      terminal.err(`rxwamp: an unhandled error: ${plain(messageOf(error))}\n`);
    };
    const codes = await Promise.all(
      components.map(({ name, run }) =>
        runTask(flags as RunFlags, terminal, { lasting: true, name, drain, work: (wamp) => run(wamp, prefix, drain) }),
      ),
    );
    // an error in a component is not a wrong command line
    const worst = codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
    return worst === EXIT.usage ? EXIT.failed : worst;
  },
};
