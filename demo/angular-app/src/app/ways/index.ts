// The price of tea, in each of the ways that Angular has to show what comes later.
import { Component } from '@angular/core';
import { RouterLink, RouterOutlet, type Routes } from '@angular/router';
import { OfPendingUntilEvent } from './pending-until-event';
import { OfResource } from './resource';
import { OfRxResource } from './rx-resource';
import { OfToSignal } from './to-signal';

@Component({
  imports: [RouterLink, RouterOutlet],
  template: `
    <ul>
      <li><a routerLink="resource">resource</a></li>
      <li><a routerLink="rx-resource">rxResource</a></li>
      <li><a routerLink="to-signal">toSignal</a></li>
      <li><a routerLink="pending-until-event">pendingUntilEvent</a></li>
    </ul>
    <router-outlet />
  `,
})
export class Ways {}

const children: Routes = [
  { path: '', redirectTo: 'resource', pathMatch: 'full' },
  { path: 'resource', component: OfResource },
  { path: 'rx-resource', component: OfRxResource },
  { path: 'to-signal', component: OfToSignal },
  { path: 'pending-until-event', component: OfPendingUntilEvent },
];

export default [{ path: '', component: Ways, children }] satisfies Routes;
