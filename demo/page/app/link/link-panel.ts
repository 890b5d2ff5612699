import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Controls } from './controls.ts';
import { NetworkSwitch } from './network-switch.ts';
import { Link } from './link.ts';
import { explain, stateWords } from './words.ts';

/** The state of the link in large letters, the countdown while it waits, and the buttons that break it. */
@Component({
  selector: 'app-link-panel',
  imports: [Controls],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './link-panel.html',
  styleUrl: './link-panel.css',
  host: { class: 'panel', '[class.offline]': 'network.offline()' },
})
export class LinkPanel {
  protected readonly network = inject(NetworkSwitch);
  protected readonly link = inject(Link);
  protected readonly words = computed(() => stateWords(this.link.status()));
  protected readonly explanation = computed(() => explain(this.link.status()));

  /** Ticks ten times a second during a countdown. */
  protected readonly seconds = computed(() => {
    const left = this.link.countdown();
    return left === undefined ? undefined : (left / 1000).toFixed(1);
  });

  /** The elapsed share of the wait, 0…1. */
  protected readonly waited = computed(() => {
    const status = this.link.status();
    const left = this.link.countdown();
    if (status.state !== 'waiting' || !status.delay || left === undefined) return undefined;
    return Math.min(1, Math.max(0, 1 - left / status.delay));
  });
}
