import type { Observable } from 'rxjs';
import type { AnyClient, LifecycleEvent, Status, WireMessage } from '../index.ts';

/** A client that can be inspected: every WampClient, whatever its contract. */
export interface Inspectable extends AnyClient {
  /** What the client is doing now. */
  readonly status: Status;
  /** Each status, beginning with the present one. */
  readonly status$: Observable<Status>;
  /** What happens to its connection. */
  readonly lifecycle$: Observable<LifecycleEvent>;
  /** Each wire message, in both directions. */
  readonly messages$: Observable<WireMessage>;
}
