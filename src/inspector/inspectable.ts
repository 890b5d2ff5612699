import type { Observable } from 'rxjs';
import type { AnyClient, LifecycleEvent, Status, WireMessage } from '../index.ts';

/** A client that can be inspected: every WampClient, whatever its contract. */
export interface Inspectable extends AnyClient {
  readonly status: Status;
  readonly status$: Observable<Status>;
  readonly lifecycle$: Observable<LifecycleEvent>;
  readonly messages$: Observable<WireMessage>;
}
