/** The components in one process, each with a connection of its own: `node run.js`. Ctrl+C ends all in order. */
import { WampClient } from 'rxwamp';
import { runClients } from 'rxwamp/node';
import { add2, caller, counter, oncounter } from './components.ts';
import { router } from './router.ts';

const components = [add2, caller, oncounter, counter];

runClients(
  components.map((component) => [new WampClient(router), component]),
  { exitCode: true },
).subscribe(({ index, error }) => {
  console.log(`${components[index]?.name}: ${error instanceof Error ? error.message : 'ended'}`);
});
