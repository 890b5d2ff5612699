import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Subject, concat, materialize, of, scan, switchMap, type Observable } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import type { WalkProgress } from '../../../shared/host.ts';
import { Code } from '../code/code.ts';
import code from '../code/examples/walk.ts?text';
import { bytes, count } from '../format.ts';
import { HashButton } from './hash-button.ts';
import { idle, next, type WalkNews } from './walk-state.ts';

/** A long call with partial results: a bar that moves, and a button that ends it. */
@Component({
  selector: 'app-walk-panel',
  imports: [Code, HashButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './walk-panel.html',
  styleUrl: './walk-panel.css',
  host: { class: 'panel' },
})
export class WalkPanel {
  readonly #wamp = injectWamp();
  protected readonly pressed = new Subject<'start' | 'cancel'>();

  /** Both buttons are values of one stream. `switchMap` ends the call before, which cancels it. */
  protected readonly state = toSignal(
    this.pressed.pipe(
      switchMap((kind): Observable<WalkNews> => (kind === 'start' ? concat(of({ kind }), this.#walk()) : of({ kind }))),
      scan(next, idle),
    ),
    { initialValue: idle },
  );

  protected readonly running = computed(() => this.state().phase === 'running');

  /** 0…1, once the total is known. */
  protected readonly share = computed(() => {
    const { progress } = this.state();
    return progress?.total ? progress.files / progress.total : undefined;
  });

  protected readonly sentence = computed(() => {
    const { phase, progress } = this.state();
    if (phase === 'cancelled') return `Cancelled after ${count(progress?.files ?? 0)} files.`;
    if (phase === 'done') return `${count(progress?.files ?? 0)} files in ${count(progress?.folders ?? 0)} folders.`;
    if (!progress) return phase === 'running' ? 'Waiting for the first partial result …' : 'Not walked yet.';
    return progress.phase === 'counting'
      ? `Counting: ${count(progress.files)} files so far.`
      : `${count(progress.files)} of ${count(progress.total ?? 0)} files.`;
  });

  /** The text for screen readers: beginning and end, without the partial results. */
  protected readonly announcement = computed(() => {
    const { phase } = this.state();
    if (phase === 'running') return 'Walking the project';
    return phase === 'idle' ? '' : this.sentence();
  });

  protected readonly code = code;
  protected readonly bytes = bytes;
  protected readonly count = count;

  #walk(): Observable<WalkNews> {
    return this.#wamp.call<WalkProgress>('demo.files.walk', { args: ['.'], progress: true }).pipe(materialize());
  }
}
