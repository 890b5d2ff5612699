import { ChangeDetectionStrategy, Component } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import type { CallCounts } from '../../../shared/host.ts';
import { count } from '../format.ts';

/** The service's own counts of our calls: they show that cancelled ones have ended there, too. */
@Component({
  selector: 'app-service-calls',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="figures quiet">
      All calls so far:
      @if (counts(); as counts) {
        <span data-testid="service-running">{{ count(counts.running) }}</span> running,
        <span data-testid="service-finished">{{ count(counts.finished) }}</span> finished,
        <span data-testid="service-cancelled" [attr.data-count]="counts.cancelled">{{ count(counts.cancelled) }}</span>
        cancelled, <span data-testid="service-failed">{{ count(counts.failed) }}</span> failed
      } @else {
        no news of them yet
      }
    </p>
  `,
  styles: `
    p {
      padding: 0 var(--space-5);
      font-size: var(--text-sm);
    }
  `,
})
export class ServiceCalls {
  protected readonly counts = toSignal(
    injectWamp()
      .subscribe<CallCounts>('demo.calls', { getRetained: true })
      .pipe(map(({ value }) => value)),
  );
  protected readonly count = count;
}
