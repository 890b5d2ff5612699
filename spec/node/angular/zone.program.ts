// An application with zone.js, which patches globals: hence a process of its own. Prints what was seen as JSON.
import 'zone.js/node';
import '@angular/compiler'; // Angular's packages are published half compiled; without a bundler this does the rest
import {
  NgZone,
  PLATFORM_ID,
  provideZoneChangeDetection,
  runInInjectionContext,
  type ApplicationRef,
} from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { INITIAL_CONFIG, platformServer, provideServerRendering } from '@angular/platform-server';
import { firstValueFrom, NEVER } from 'rxjs';
import { injectCall, injectWamp, injectWampStatus, provideWamp } from '../../../src/angular/index.ts';
import type { WampClient } from '../../../src/index.ts';
import { serveRouter } from '../../../src/router/node/index.ts';
import { createTestRouter, eventually } from '../../../src/testing/index.ts';

const router = createTestRouter();
const served = await serveRouter(router, { port: 0, host: '127.0.0.1' });
router.mock('com.app.slow', () => NEVER);

const platformRef = platformServer([{ provide: INITIAL_CONFIG, useValue: { document: '<app></app>', url: '/' } }]);
/** What a browser has, as near as Node comes to it: its zone and its application; only the platform's id says browser. */
const start = (options: object = {}): Promise<ApplicationRef> =>
  createApplication(
    {
      providers: [
        provideServerRendering(),
        provideZoneChangeDetection(),
        { provide: PLATFORM_ID, useValue: 'browser' },
        provideWamp({ url: served.url, realm: 'realm1', keepalive: { interval: 1000 }, ...options }),
      ],
    },
    { platformRef },
  );
const zoneOf = (app: ApplicationRef): NgZone => app.injector.get(NgZone);
/** Runs as a component does. */
const inside = <T>(app: ApplicationRef, run: () => T): T =>
  zoneOf(app).run(() => runInInjectionContext(app.injector, run));
const wampOf = (app: ApplicationRef): WampClient => inside(app, () => injectWamp());
/** Whether the application is stable in a turn of the event loop. */
const isStable = (app: ApplicationRef): Promise<boolean> =>
  Promise.race([
    app.whenStable().then(() => true),
    new Promise<boolean>((resolve) => zoneOf(app).runOutsideAngular(() => setTimeout(resolve, 200, false))),
  ]);

const stable: Record<string, boolean> = {};
const inZone: Record<string, boolean> = {};
const turns: Record<string, number> = {};

const app = await start();
const wamp = wampOf(app);
const status = inside(app, () => injectWampStatus());
const note = (what: string): void => {
  inZone[what] = NgZone.isInAngularZone();
};
inside(app, () =>
  wamp.subscribe('com.app.in', { onSubscribed: () => note('onSubscribed') }).subscribe(() => note('event')),
);
inside(app, () => wamp.register('com.app.hello', () => note('handler')).subscribe(() => note('registration')));
inside(app, () => wamp.status$.subscribe(() => note('status$')));
inside(app, () =>
  wamp.session$.subscribe((session) => {
    note('session$');
    session.subscribe('com.app.session').subscribe({
      next: () => note('event of a session'),
      error: () => undefined, // ends with the session
    });
  }),
);
zoneOf(app).runOutsideAngular(() => wamp.subscribe('com.app.out').subscribe(() => note('event outside')));
await router.whenSubscribed('com.app.in');
await router.whenSubscribed('com.app.out');
await router.whenSubscribed('com.app.session');
await router.whenRegistered('com.app.hello');
await eventually(() => {
  const now = status();
  return now.state === 'joined' && now.healing === 0;
});
stable['joined'] = await isStable(app);

let checked = 0;
zoneOf(app).onMicrotaskEmpty.subscribe(() => checked++);
const during = async (what: string, topic: string, arrived: string): Promise<void> => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  const watching = zoneOf(app).runOutsideAngular(() => wamp.subscribe(topic).subscribe(() => resolve()));
  // subscribed to already: no frame
  checked = 0;
  router.publish(topic);
  await promise;
  turns[what] = checked;
  watching.unsubscribe();
  if (!(arrived in inZone)) throw new Error(`${arrived} did not arrive`);
};
await during('observed in the zone', 'com.app.in', 'event');
await during('observed outside', 'com.app.out', 'event outside');
await during('observed by a session', 'com.app.session', 'event of a session');

await inside(app, () => firstValueFrom(wamp.call('com.app.hello')));
const slow = inside(app, () => injectCall('com.app.slow'));
inside(app, () => void slow.run());
await eventually(() => router.calls.length === 1);
stable['with a call under way'] = await isStable(app);

router.refuse(1e6);
router.dropAll();
await eventually(() => status().state === 'waiting');
stable['waiting, with a countdown'] = await isStable(app);
inside(app, () => wamp.publish('com.app.queued'));
inside(app, () => wamp.call('com.app.waits').subscribe({ error: () => undefined }));
stable['with what waits for a session'] = await isStable(app);
app.destroy();
await wamp.close();

console.log(`RESULTS ${JSON.stringify({ stable, inZone, turns })}`);
process.exit();
