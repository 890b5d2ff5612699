// Renders pages as a server does, each by an application of its own, and prints what came out as JSON: its HTML and how
// long that took in milliseconds. In a process of its own, since Angular has one platform in each.
import '@angular/compiler'; // Angular's packages are published half compiled; without a bundler this does the rest
import { Component, inject, provideAppInitializer, provideZonelessChangeDetection, resource } from '@angular/core';
import { pendingUntilEvent, rxResource, toSignal } from '@angular/core/rxjs-interop';
import { bootstrapApplication, provideClientHydration } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { ActivatedRoute, provideRouter, RouterOutlet, type Routes } from '@angular/router';
import { firstValueFrom, map } from 'rxjs';
import {
  callResource,
  injectCall,
  injectProcedure,
  injectWamp,
  injectWampStatus,
  provideWamp,
  resolveCall,
  topicResource,
  whenJoined,
  withConnect,
  withServer,
} from '../../../src/angular/index.ts';
import { createTestRouter, type TestRouter } from '../../../src/testing/index.ts';

type Mode = 'silent' | 'dial' | 'transfer';
/** What a page shows, by the name of the field that its template reads. */
const pages: Record<string, () => () => unknown> = {
  topicResource() {
    const price = topicResource<number>('com.shop.price', { getRetained: true });
    return () => `${price.status()} ${String(price.value())}`;
  },
  callResource() {
    const sum = callResource<number>('com.calc.add', () => [1, 2]);
    return () => `${sum.status()} ${sum.hasValue() ? sum.value() : 'none'}`;
  },
  injectCall() {
    const add = injectCall<[number, number], number>('com.calc.add');
    add.run(1, 2).catch(() => undefined);
    return () => `${String(add.running())} ${String(add.value())} ${add.error()?.name ?? 'no error'}`;
  },
  injectProcedure() {
    const registration = injectProcedure('com.app.hello', () => 'hello');
    return () => String(registration()?.procedure);
  },
  resource() {
    const wamp = injectWamp();
    const sum = resource({ loader: () => firstValueFrom(wamp.call<number>('com.calc.add', [1, 2])) });
    return () => `${sum.status()} ${sum.hasValue() ? sum.value().value : 'none'}`;
  },
  rxResource() {
    const wamp = injectWamp();
    const price = rxResource({ stream: () => wamp.subscribe<number>('com.shop.price', { getRetained: true }) });
    return () => `${price.status()} ${price.hasValue() ? price.value().value : 'none'}`;
  },
  pendingUntilEvent() {
    const value = toSignal(
      injectWamp()
        .subscribe<number>('com.shop.price', { getRetained: true })
        .pipe(
          map((event) => event.value),
          pendingUntilEvent(),
        ),
    );
    return () => String(value());
  },
  'a call without an error handler'() {
    let sum = 0;
    injectWamp()
      .call<number>('com.calc.add', [1, 2])
      .subscribe((result) => (sum = result.value));
    return () => (sum >= 0 ? 'rendered' : '');
  },
  status() {
    const status = injectWampStatus();
    return () => status().state;
  },
};
const initializer = provideAppInitializer(async () => {
  await firstValueFrom(injectWamp().session$, { defaultValue: undefined });
});

async function render(router: TestRouter, mode: Mode, name: string): Promise<{ html: string; took: number }> {
  class App {
    readonly shown = pages[name]?.() ?? (() => name);
  }
  Component({ selector: 'app', template: '{{ shown() }}<router-outlet />', imports: [RouterOutlet] })(App);
  class Guarded {
    readonly sum = String(inject(ActivatedRoute).snapshot.data['sum']);
  }
  Component({ selector: 'guarded', template: 'sum {{ sum }}' })(Guarded);
  const routes: Routes = [
    {
      path: '',
      component: Guarded,
      canActivate: [whenJoined()],
      resolve: { sum: resolveCall('com.calc.add', () => [1, 2], { defaultValue: 0 }) },
    },
  ];
  const begin = performance.now();
  const html = await renderApplication(
    (context) =>
      bootstrapApplication(
        App,
        {
          providers: [
            provideServerRendering(),
            provideClientHydration(),
            provideZonelessChangeDetection(),
            provideRouter(name === 'guard and resolver' ? routes : []),
            provideWamp({ realm: 'realm1', transports: [router.transport()] }, withServer(mode)),
            name === 'initializer' ? initializer : [],
            name === 'withConnect()'
              ? provideWamp({ realm: 'realm1', transports: [router.transport()] }, withServer(mode), withConnect())
              : [],
          ],
        },
        context,
      ),
    { document: '<html><body><app></app></body></html>', url: '/' },
  );
  return { html, took: performance.now() - begin };
}

const results: Record<string, Record<string, { html: string; took: number; calls: number }>> = {};
for (const [title, mode, refuse] of [
  ['silent', 'silent', 0],
  ['dial', 'dial', 0],
  ['transfer', 'transfer', 0],
  ['no router', 'transfer', 1e6],
] as const) {
  const router = createTestRouter();
  router.publish('com.shop.price', [3], {}, { options: { retain: true } });
  const add = router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
  if (refuse > 0) router.refuse(refuse);
  const one = async (name: string): Promise<void> => {
    const before = add.calls.length;
    const rendered = await render(router, mode, name);
    (results[title] ??= {})[name] = { ...rendered, calls: add.calls.length - before };
  };
  const names = [...Object.keys(pages), 'guard and resolver', 'initializer', 'withConnect()'];
  // those that wait may wait side by side
  if (refuse > 0) await Promise.all(names.map(one));
  else for (const name of names) await one(name);
  await router.whenSession(0);
  await router.close();
}
console.log(`RESULTS ${JSON.stringify(results)}`);
