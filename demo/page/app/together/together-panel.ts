import { ChangeDetectionStrategy, Component, inject, linkedSignal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Subject, catchError, map, of, switchMap } from 'rxjs';
import { injectWamp, topicResource } from 'rxwamp/angular';
import { Code } from '../code/code.ts';
import code from '../code/examples/together.ts?text';
import { Tabs } from './tabs.ts';

const topic = 'demo.note';

/** What the page publishes and registers itself: a note that all tabs share, and a procedure that the others call. */
@Component({
  selector: 'app-together-panel',
  imports: [Code],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header class="head">
      <h2>Two tabs</h2>
      <p class="lead">This page publishes and answers calls, too. Open it twice, side by side.</p>
      <app-code [code]="code" />
    </header>
    <label for="note">Shared note</label>
    <textarea
      #field
      id="note"
      class="field"
      rows="3"
      maxlength="500"
      placeholder="Type here: every open tab shows it at once."
      data-testid="note"
      [value]="text()"
      (input)="write(field.value)"
    ></textarea>
    <div class="tabs">
      <p>
        This is tab <code data-testid="tab">{{ tabs.own }}</code>.
      </p>
      @for (tab of tabs.others(); track tab) {
        <button type="button" class="button" data-testid="wave" (click)="waves.next(tab)">
          Wave to <code>{{ tab }}</code>
        </button>
      } @empty {
        <a class="button" href="./" target="_blank" data-testid="second-tab">Open a second tab</a>
      }
    </div>
    <p class="news" role="status" data-testid="news">
      @if (answer(); as answer) {
        {{ answer }}
      } @else if (tabs.waved(); as other) {
        Tab <code>{{ other }}</code> waved at you.
      }
    </p>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
    }
    label {
      display: block;
      margin: var(--space-3) 0 var(--space-1);
      font-size: var(--text-sm);
      font-weight: 500;
    }
    textarea {
      padding: var(--space-2) var(--space-3);
      flex: 1 0 auto;
      line-height: 1.4;
      resize: vertical;
    }
    .tabs {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-2);
      margin-top: var(--space-3);
    }
    .news:not(:empty) {
      margin-top: var(--space-2);
      font-size: var(--text-sm);
    }
  `,
  host: { class: 'panel' },
})
export class TogetherPanel {
  readonly #wamp = injectWamp();
  readonly #note = topicResource<string>(topic, { getRetained: true });

  protected readonly tabs = inject(Tabs);
  protected readonly code = code;

  /** What was typed here or in another tab, whichever came last. */
  protected readonly text = linkedSignal(() => this.#note.value() ?? '');

  protected readonly waves = new Subject<string>();
  protected readonly answer = toSignal(
    this.waves.pipe(
      switchMap((tab) =>
        this.tabs.wave(tab).pipe(
          map((size) => `Tab ${tab} answered: ${size}.`),
          catchError(() => of(`Tab ${tab} did not answer.`)),
        ),
      ),
    ),
  );

  protected write(text: string): void {
    this.text.set(text);
    this.#wamp.publish(topic, [text], {}, { retain: true });
  }
}
