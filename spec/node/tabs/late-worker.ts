// A script of the SharedWorker that serves tabs only after the first has connected.
import { serveTabs } from '../../../src/worker/index.ts';

const url = new URL(location.href).searchParams.get('router') ?? '';
addEventListener('connect', () => setTimeout(() => serveTabs({ url, realm: 'realm1' })), { once: true });
