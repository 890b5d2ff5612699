import { Subscription } from 'rxjs';
import type { LifecycleEvent, Session, Status } from '../index.ts';
import { now } from '../session/time.ts';
import type { Inspectable } from './inspectable.ts';
import { Ring } from './ring.ts';

/** An entry of the timeline. `gap`: the inspector was hidden since the entry before. */
export type Entry =
  | { readonly kind: 'status'; readonly time: number; readonly status: Status }
  | { readonly kind: 'event'; readonly time: number; readonly event: LifecycleEvent }
  | { readonly kind: 'gap'; readonly time: number; readonly since: number };

/** Status and lifecycle of a client while the inspector is shown. The header needs both, whatever tab is chosen. */
export class Journal {
  readonly entries = new Ring<Entry>(250);
  readonly #client: Inspectable;
  readonly #changed: () => void;
  #hiddenSince: number | undefined;
  /** That of the last status. */
  #session: Session | undefined;

  constructor(client: Inspectable, changed: () => void) {
    this.#client = client;
    this.#changed = changed;
  }

  watch(): Subscription {
    this.#session = undefined;
    if (this.#hiddenSince !== undefined) this.entries.push({ kind: 'gap', time: now(), since: this.#hiddenSince });
    const watching = new Subscription(() => (this.#hiddenSince = now()));
    watching.add(this.#client.status$.subscribe((status) => this.#status(status)));
    watching.add(this.#client.lifecycle$.subscribe((event) => this.#push({ kind: 'event', time: event.time, event })));
    return watching;
  }

  /** Streams that heal change the status of a session one by one: an entry for each would tell nothing. */
  #status(status: Status): void {
    const session = status.state === 'joined' ? status.session : undefined;
    if (session && session === this.#session) this.#changed();
    else if (status.state !== 'joined') this.#push({ kind: 'status', time: now(), status });
    else this.#push({ kind: 'status', time: status.since, status: { ...status, healing: 0 } });
    this.#session = session;
  }

  #push(entry: Entry): void {
    this.entries.push(entry);
    this.#changed();
  }
}
