/** The events of a connection, and a main function that leaves when its work is done: `node lifecycle.js`. */
import { forEachSession, runClient, WampClient } from 'rxwamp';
import { router } from './router.ts';

const wamp = new WampClient(router);

wamp.lifecycle$.subscribe(({ type }) => console.log(type)); // connect, join, ready, leave, disconnect

// on every session, before it counts as ready
forEachSession(wamp, ({ id, realm }) => console.log(`set up in ${realm}`, id > 0)).subscribe();

runClient(wamp, ({ details }) => console.log(`main, over ${details.transport.type}`)).subscribe({
  complete: () => console.log('done'),
});
