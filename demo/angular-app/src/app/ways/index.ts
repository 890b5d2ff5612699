// The price of tea, in each of the ways that Angular has to show what comes later.
import type { Routes } from '@angular/router';
import { OfPendingUntilEvent } from './pending-until-event';
import { OfResource } from './resource';
import { OfRxResource } from './rx-resource';
import { OfToSignal } from './to-signal';

export default [
  { path: 'resource', component: OfResource },
  { path: 'rx-resource', component: OfRxResource },
  { path: 'to-signal', component: OfToSignal },
  { path: 'pending-until-event', component: OfPendingUntilEvent },
] satisfies Routes;
