import { Injectable, computed } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map, of, scan, switchMap, takeWhile, timer } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import { span } from '../clock.ts';
import { marble, type Marble } from './marble.ts';
import { stateWords, type Tone } from './words.ts';

/** A period in one state; the last one is still open. */
export interface Stretch {
  readonly tone: Tone;
  readonly from: number;
  readonly to: number | undefined;
}

const remembered = 80; // events in the log
const tick = 100; // ms between two looks at the countdown

/** The life of the one link, as signals that all derive from `status$` and `lifecycle$`. */
@Injectable({ providedIn: 'root' })
export class Link {
  readonly #wamp = injectWamp();

  readonly status = toSignal(this.#wamp.status$, { requireSync: true });
  readonly session = computed(() => {
    const status = this.status();
    return status.state === 'joined' ? status.session : undefined;
  });

  /** Milliseconds until the next attempt, while waiting for one. */
  readonly countdown = toSignal(
    this.#wamp.status$.pipe(
      switchMap((status) => {
        const { retryAt } = status.state === 'waiting' ? status : {};
        if (retryAt === undefined) return of(undefined);
        return timer(0, tick).pipe(
          map(() => Math.max(0, retryAt - Date.now())),
          takeWhile((left) => left > 0, true),
        );
      }),
    ),
  );

  /** The events, latest first. */
  readonly events = toSignal(
    this.#wamp.lifecycle$.pipe(
      map(marble),
      scan((events: readonly Marble[], event) => [event, ...events].slice(0, remembered), []),
    ),
    { initialValue: [] },
  );

  /** The states of the last minute, earliest first. */
  readonly stretches = toSignal(
    this.#wamp.status$.pipe(
      map((status) => ({ tone: stateWords(status).tone, at: Date.now() })),
      scan((stretches: readonly Stretch[], { tone, at }) => {
        const last = stretches.at(-1);
        if (last?.tone === tone) return stretches;
        const ended = stretches.map((stretch) => (stretch.to === undefined ? { ...stretch, to: at } : stretch));
        return [...ended.filter(({ to }) => to !== undefined && to > at - span), { tone, from: at, to: undefined }];
      }, []),
    ),
    { initialValue: [] },
  );

  /** Dials, also after the client has failed. */
  connect(): void {
    this.#wamp.connect();
  }
}
