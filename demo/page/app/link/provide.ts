import { inject, type EnvironmentProviders } from '@angular/core';
import { webSocket } from 'rxwamp';
import { provideWamp } from 'rxwamp/angular';
import { RouterControl } from './control.ts';
import { Gate } from './gate.ts';

/** The page's one client. Everything on the page is piped from it. */
export function provideDashboardLink(): EnvironmentProviders {
  return provideWamp(() => {
    const gate = inject(Gate);
    const router = inject(RouterControl);
    return {
      realm: 'realm1',
      transports: [gate.guard(webSocket({ url: () => router.url(), WebSocket: gate.WebSocket }))],
      // Shorter than the usual five minutes: who presses "Start the router" wants to see something happen.
      reconnect: { maxDelay: 8_000 },
    };
  });
}
