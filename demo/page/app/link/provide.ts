import { inject, type EnvironmentProviders } from '@angular/core';
import { webSocket } from 'rxwamp';
import { provideWamp, withAuth, withIdentity } from 'rxwamp/angular';
import { Account } from '../together/account.ts';
import { RouterControl } from './control.ts';
import { NetworkSwitch } from './network-switch.ts';

/** The page's one client. Everything on the page is piped from it. */
export function provideDashboardLink(): EnvironmentProviders {
  return provideWamp(
    () => {
      const network = inject(NetworkSwitch);
      const router = inject(RouterControl);
      return {
        realm: 'realm1',
        transports: [network.guard(webSocket({ url: () => router.url(), WebSocket: network.WebSocket }))],
        // Shorter than the default of five minutes, so that "Start the router" has a visible effect soon.
        reconnect: { maxDelay: 8_000 },
      };
    },
    withIdentity(() => inject(Account).identity()),
    withAuth((identity) => inject(Account).auth(identity)),
  );
}
