// The script of the SharedWorker in sharedworker.spec.ts.
import { serveTabs } from '../../../src/worker/index.ts';

const url = new URL(location.href).searchParams.get('router') ?? '';
serveTabs({ url, realm: 'realm1', reconnect: { initialDelay: 50 } });
