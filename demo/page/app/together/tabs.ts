import { Injectable, computed, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { catchError, map, of, type Observable } from 'rxjs';
import { injectProcedure, injectWamp } from 'rxwamp/angular';
import { registrations$ } from 'rxwamp/meta';

const prefix = 'demo.tab.';

/** This page registers a procedure of its own, and finds those of the other open pages by the router's meta API. */
@Injectable({ providedIn: 'root' })
export class Tabs {
  readonly #wamp = injectWamp();

  /** The name of this tab, for as long as it is open. */
  readonly own = crypto.getRandomValues(new Uint16Array(1))[0]!.toString(16).padStart(4, '0');

  /** The tab that waved last. */
  readonly #waved = signal('');
  readonly waved = this.#waved.asReadonly();

  readonly #all = toSignal(
    registrations$(this.#wamp).pipe(
      map((registrations) =>
        registrations.flatMap(({ uri }) => (uri.startsWith(prefix) ? [uri.slice(prefix.length)] : [])),
      ),
      // a router without the meta API, or one that refuses it, names no tabs
      catchError(() => of([])),
    ),
    { initialValue: [] },
  );
  readonly others = computed(() => this.#all().filter((name) => name !== this.own));

  constructor() {
    injectProcedure(`${prefix}${this.own}`, ({ args: [from] }) => {
      this.#waved.set(String(from));
      return `${String(innerWidth)} × ${String(innerHeight)} pixels`;
    });
  }

  /** Calls another tab, which answers how large it is. */
  wave(tab: string): Observable<string> {
    return this.#wamp.call<string>(`${prefix}${tab}`, [this.own]).pipe(map(({ value }) => value));
  }
}
