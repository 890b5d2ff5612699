// One process of a service: registers a shared procedure. Arguments: URL, procedure, its name. It is as slow as calls ask.
import { map, timer } from 'rxjs';
import { WampClient } from '../../../src/index.ts';

const [url = '', procedure = '', name = ''] = process.argv.slice(2);
const wamp = new WampClient({ url, realm: 'realm1' });
wamp
  .register(procedure, ({ args }) => timer(Number(args[0])).pipe(map(() => name)), { invoke: 'roundrobin' })
  .subscribe(() => {
    process.stdout.write('READY\n');
  });
process.once('SIGTERM', () => {
  void wamp.close().then(() => process.exit(0));
});
