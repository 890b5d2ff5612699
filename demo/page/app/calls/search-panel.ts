import { ChangeDetectionStrategy, Component, computed, signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import {
  combineLatest,
  debounceTime,
  defer,
  map,
  materialize,
  of,
  scan,
  startWith,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import { awaitRegistration } from 'rxwamp/meta';
import type { SearchProgress } from '../../../shared/host.ts';
import { Code } from '../code/code.ts';
import code from '../code/examples/search.ts?text';
import { count } from '../format.ts';
import { around, idle, next, type SearchState } from './search-state.ts';

/** One call of the search, as a mark in the row below the field. */
interface Mark {
  readonly id: number;
  readonly query: string;
  readonly outcome: 'running' | 'done' | 'cancelled' | 'failed';
}

const pause = 200; // ms without a key before a call is made
const shortest = 2; // characters
const shownMarks = 7;
const shownHits = 60;

/** Searches for the typed text. Each call replaces the one before, which is cancelled at the service. */
@Component({
  selector: 'app-search-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Code],
  templateUrl: './search-panel.html',
  styleUrl: './search-panel.css',
  host: { class: 'panel' },
})
export class SearchPanel {
  readonly #wamp = injectWamp();

  protected readonly query = signal('Observable');
  protected readonly folder = signal('src');
  readonly #marks = signal<readonly Mark[]>([]);

  /** The whole search. `switchMap` unsubscribes from the call before, and unsubscribing sends CANCEL. */
  protected readonly state = toSignal(
    combineLatest([toObservable(this.query), toObservable(this.folder)]).pipe(
      map(([query, folder]) => ({ query: query.trim(), folder })),
      debounceTime(pause),
      switchMap(({ query, folder }) => (query.length < shortest ? of(idle) : this.#search(query, folder))),
    ),
    { initialValue: idle },
  );

  protected readonly hits = computed(() =>
    this.state()
      .hits.slice(0, shownHits)
      .map((hit) => ({ ...hit, parts: around(hit.text, this.state().query) })),
  );
  /** The text for screen readers: beginning and end, without the partial results. */
  protected readonly announcement = computed(() => {
    const { phase, query, matches } = this.state();
    if (phase === 'running') return `Searching for ${query}`;
    return phase === 'done' ? `${String(matches)} matches for ${query}` : '';
  });
  protected readonly marks = computed(() => this.#marks().slice(-shownMarks));
  protected readonly made = computed(() => this.#marks().length);
  protected readonly cancelled = computed(() => this.#marks().filter(({ outcome }) => outcome === 'cancelled').length);
  protected readonly code = code;
  protected readonly count = count;

  #search(query: string, folder: string): Observable<SearchState> {
    const running: SearchState = { ...idle, phase: 'running', query };
    const call = defer(() => {
      const id = this.made();
      this.#marks.update((marks) => [...marks, { id, query, outcome: 'running' }]);
      const end = (outcome: Mark['outcome']) => (): void => {
        this.#marks.update((marks) => marks.map((mark) => (mark.id === id ? { ...mark, outcome } : mark)));
      };
      return this.#wamp
        .call<SearchProgress>('demo.files.search', { args: [query, folder], progress: true })
        .pipe(tap({ complete: end('done'), error: end('failed'), unsubscribe: end('cancelled') }));
    });
    // The page may be there before the service.
    return awaitRegistration(this.#wamp, 'demo.files.search').pipe(
      switchMap(() => call),
      materialize(),
      scan(next, running),
      startWith(running),
    );
  }
}
