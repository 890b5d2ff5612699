import { ChangeDetectionStrategy, Component } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Subject, catchError, forkJoin, map, merge, of, retry, startWith, switchMap, type Observable } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import type { FileStats, HostInfo } from '../../../shared/host.ts';
import { Code } from '../code/code.ts';
import code from '../code/examples/two-calls.ts?text';
import { bytes, count } from '../format.ts';
import { problem } from './problem.ts';

/** One view of two results. */
interface Project {
  readonly info: HostInfo;
  readonly stats: FileStats;
  /** The largest kinds of file, each with its size relative to the largest. */
  readonly kinds: readonly { readonly kind: string; readonly lines: number; readonly share: number }[];
  /** Milliseconds until both results had come. */
  readonly took: number;
}

type View = Project | { readonly problem: string };

const shownKinds = 3;

/** Two concurrent calls composed into one view, and repeated in each new session. */
@Component({
  selector: 'app-project-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Code],
  templateUrl: './project-panel.html',
  styleUrl: './project-panel.css',
  host: { class: 'panel' },
})
export class ProjectPanel {
  readonly #wamp = injectWamp();
  protected readonly pressed = new Subject<void>();

  protected readonly view = toSignal(merge(this.#wamp.session$, this.pressed).pipe(switchMap(() => this.#ask())));

  protected readonly code = code;
  protected readonly bytes = bytes;
  protected readonly count = count;

  #ask(): Observable<View | undefined> {
    const begin = performance.now();
    return forkJoin({
      info: this.#wamp.call<HostInfo>('demo.host.info'),
      stats: this.#wamp.call<FileStats>('demo.files.stats'),
    }).pipe(
      map(({ info, stats }) => compose(info.value, stats.value, performance.now() - begin)),
      // After a restart of the router the service may be back a moment later than this page.
      retry({ count: 8, delay: 500 }),
      startWith(undefined),
      catchError((error: unknown) => of({ problem: problem(error) })),
    );
  }
}

function compose(info: HostInfo, stats: FileStats, took: number): Project {
  const most = stats.kinds[0]?.lines ?? 1;
  return {
    info,
    stats,
    kinds: stats.kinds.slice(0, shownKinds).map(({ kind, lines }) => ({ kind, lines, share: lines / most })),
    took,
  };
}
