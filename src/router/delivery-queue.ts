import { asyncScheduler, type Subscription } from 'rxjs';

interface Entry {
  readonly due: number;
  readonly task: () => void;
}

/**
 * One direction of the router's traffic. A task runs at once, but never inside another one, never before an earlier
 * one, not while the queue is paused, and not before its delay is over.
 */
export class DeliveryQueue {
  #queue: Entry[] = [];
  #head = 0;
  #running = false;
  #paused = false;
  #delay = 0;
  #timer: Subscription | undefined;
  readonly #failed: (error: unknown) => void;

  /** @param failed receives what a task threw; the queue goes on */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Runs the task in its turn. */
  post(task: () => void): void {
    if (!this.#running && !this.#paused && this.#delay === 0 && this.#isEmpty()) {
      // the usual case: nothing waits
      this.#running = true;
      this.#run(task);
      this.#running = false;
      if (!this.#isEmpty()) this.#drain(0);
      return;
    }
    const due = this.#delay === 0 ? 0 : asyncScheduler.now() + this.#delay;
    // never overtakes: a shorter delay set meanwhile counts from the one before on
    this.#queue.push({ due: Math.max(due, this.#queue.at(-1)?.due ?? 0), task });
    if (!this.#running && !this.#timer) this.#drain(0);
  }

  /** From now on tasks wait this long, in milliseconds. */
  set delay(ms: number) {
    this.#delay = Math.max(0, ms);
  }

  /** While true, tasks are kept in order and none runs. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused && !this.#running && !this.#timer) this.#drain(0);
  }

  #isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  #drain(ripe: number): void {
    this.#running = true;
    try {
      for (let entry; !this.#paused && (entry = this.#queue[this.#head]);) {
        // a timer may fire a little early: `ripe` is what it was set for
        if (entry.due > ripe && entry.due > asyncScheduler.now()) {
          this.#wake(entry.due);
          break;
        }
        this.#head++;
        this.#run(entry.task);
      }
    } finally {
      this.#running = false;
      if (this.#head > 1024 || this.#head >= this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
    }
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#failed(error);
    }
  }

  #wake(due: number): void {
    this.#timer = asyncScheduler.schedule(() => {
      this.#timer = undefined;
      this.#drain(due);
    }, due - asyncScheduler.now());
  }
}
