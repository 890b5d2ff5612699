// The four verbs through a worker: each client of the suite is a tab, of a worker of its own.
import { WampClient } from '../../src/index.ts';
import { createTestRouter } from '../../src/testing/test-router.ts';
import { sharedWorker } from '../../src/transports/sharedworker.ts';
import { serveTabs, type TabServer } from '../../src/worker/index.ts';
import { behaviour } from '../helpers/behaviour.ts';

const router = createTestRouter();

describe('through a worker:', () => {
  let servers: TabServer[] = [];

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
  });

  behaviour('a tab of a shared worker', (options) => {
    const server = serveTabs({ realm: 'realm1', transports: [router.transport()], keepalive: false });
    servers.push(server);
    const worker = (): MessagePort => {
      const { port1, port2 } = new MessageChannel();
      server.connect(port2);
      return port1;
    };
    return new WampClient({ realm: 'realm1', transports: [sharedWorker({ worker })], ...options });
  });
});
