import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterControl } from './control.ts';
import { NetworkSwitch } from './network-switch.ts';
import { injectWamp, injectWampStatus } from 'rxwamp/angular';

/** The buttons that break and restore the link. */
@Component({
  selector: 'app-controls',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="buttons" role="group" aria-label="Break the link">
      <button type="button" class="button" data-testid="drop" [disabled]="!joined()" (click)="network.drop()">
        Drop the link
      </button>
      <button type="button" class="button" data-testid="offline-toggle" (click)="toggleOffline()">
        {{ network.offline() ? 'Go online' : 'Go offline' }}
      </button>
      @if (router.running() === false) {
        <button
          type="button"
          class="button primary"
          data-testid="router-start"
          [disabled]="router.busy()"
          (click)="router.switch(true)"
        >
          Start the router
        </button>
      } @else {
        <button
          type="button"
          class="button"
          data-testid="router-stop"
          [disabled]="router.busy()"
          (click)="router.switch(false)"
        >
          Stop the router
        </button>
      }
      @if (failed()) {
        <button type="button" class="button primary" data-testid="connect" (click)="wamp.connect()">
          Connect again
        </button>
      }
    </div>
    @if (router.problem(); as problem) {
      <p class="problem" role="alert">{{ problem }}</p>
    }
  `,
  styles: `
    .buttons {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-2);
    }
    .problem {
      margin-top: var(--space-3);
    }
    @media (max-width: 40rem) {
      .button {
        flex: 1 1 auto;
        padding: 0 var(--space-2);
      }
    }
  `,
})
export class Controls {
  protected readonly network = inject(NetworkSwitch);
  protected readonly router = inject(RouterControl);
  protected readonly wamp = injectWamp();
  readonly #status = injectWampStatus();
  protected readonly joined = this.#status.connected;
  protected readonly failed = computed(() => this.#status().state === 'failed');

  protected toggleOffline(): void {
    if (this.network.offline()) this.network.goOnline();
    else this.network.goOffline();
  }
}
