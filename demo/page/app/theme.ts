import { Injectable, computed, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { fromEvent, map } from 'rxjs';

type Scheme = 'light' | 'dark';

/** Light or dark: the choice on this page, or else the system's preference. */
@Injectable({ providedIn: 'root' })
export class Theme {
  readonly #query = matchMedia('(prefers-color-scheme: dark)');
  readonly #system = toSignal(fromEvent(this.#query, 'change').pipe(map(() => this.#query.matches)), {
    initialValue: this.#query.matches,
  });
  readonly #chosen = signal<Scheme | undefined>(stored());

  readonly dark = computed(() => (this.#chosen() ?? (this.#system() ? 'dark' : 'light')) === 'dark');

  toggle(): void {
    const scheme: Scheme = this.dark() ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = scheme;
    this.#chosen.set(scheme);
    try {
      localStorage.setItem('theme', scheme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
}

/** The theme that the script in the page's head has set. */
function stored(): Scheme | undefined {
  const theme = document.documentElement.dataset['theme'];
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}
