import { Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { filter, map, scan } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import { span } from '../clock.ts';
import { markOf, type Mark } from './mark.ts';
import { stateWords, type Tone } from './words.ts';

/** A period in one state; the last one is still open. */
export interface Stretch {
  readonly tone: Tone;
  readonly from: number;
  readonly to: number | undefined;
}

/** The last minute of the link, from `status$` and `lifecycle$`. */
@Injectable({ providedIn: 'root' })
export class Link {
  readonly #wamp = injectWamp();

  /** What happened, earliest first. */
  readonly marks = toSignal(
    this.#wamp.lifecycle$.pipe(
      map(markOf),
      filter((mark) => mark !== undefined),
      scan((marks: readonly Mark[], mark) => [...marks.filter(({ time }) => time > mark.time - span), mark], []),
    ),
    { initialValue: [] },
  );

  /** The states, earliest first. */
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
}
