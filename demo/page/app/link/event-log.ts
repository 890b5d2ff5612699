import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { clockTime } from '../format.ts';
import { Link } from './link.ts';

/** The same events as on the link's line, in words. */
@Component({
  selector: 'app-event-log',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 id="log-title">Life of the link</h2>
    <ol tabindex="0" aria-labelledby="log-title" data-testid="timeline">
      @for (event of link.events(); track event) {
        <li [attr.data-type]="event.type">
          <time class="mono">{{ time(event.time) }}</time>
          <span class="dot" [style.background]="'var(--' + event.tone + ')'" aria-hidden="true"></span>
          <span
            ><strong>{{ event.type }}</strong> {{ event.text }}</span
          >
        </li>
      } @empty {
        <li class="quiet">Nothing yet</li>
      }
    </ol>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      min-height: 18rem;
    }
    ol {
      flex: 1 1 0;
      min-height: 10rem;
      margin-top: var(--space-3);
      overflow-y: auto;
      border-top: 1px solid var(--line);
      font-size: var(--text-sm);
      overscroll-behavior: contain;
      scrollbar-width: thin;
    }
    li {
      display: grid;
      grid-template-columns: auto auto minmax(0, 1fr);
      gap: var(--space-2);
      padding: var(--space-1) 0;
      border-bottom: 1px solid var(--line);
      overflow-wrap: anywhere;
    }
    time {
      color: var(--ink-soft);
      font-size: var(--text-xs);
      line-height: 1.22rem;
    }
    strong {
      font-weight: 600;
    }
    .dot {
      width: 0.5rem;
      height: 0.5rem;
      margin-top: 0.4rem;
      border-radius: 50%;
    }
  `,
  host: { class: 'panel' },
})
export class EventLog {
  protected readonly link = inject(Link);
  protected readonly time = clockTime;
}
