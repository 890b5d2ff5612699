// The SharedWorker of the page.
import { serveTabs } from 'rxwamp/worker';

serveTabs({ url: new URL(location.href).searchParams.get('router'), realm: 'realm1' });
