// Web Locks as the worker and its tabs see them, and what no script can do to a page: end it without a word.
import type { LocksLike } from '../../src/transports/tabs.ts';

interface Wanted {
  readonly held: () => unknown;
  readonly done: (value?: unknown) => void;
}

/** Locks in memory. */
export class FakeLocks implements LocksLike {
  readonly #queues = new Map<string, Wanted[]>();

  /** The names of the locks that are held. */
  get names(): string[] {
    return [...this.#queues.keys()];
  }

  request(name: string, { signal }: { readonly signal?: AbortSignal }, held: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const wanted: Wanted = { held, done: resolve };
      const queue = this.#queues.get(name);
      if (queue) queue.push(wanted);
      else {
        this.#queues.set(name, [wanted]);
        void this.#run(name);
      }
      signal?.addEventListener('abort', () => {
        const waiting = this.#queues.get(name) ?? [];
        const at = waiting.indexOf(wanted);
        if (at <= 0) return;
        waiting.splice(at, 1);
        reject(new DOMException('given up', 'AbortError'));
      });
    });
  }

  /** Who holds a lock is gone. */
  vanish(name: string): void {
    const queue = this.#queues.get(name) ?? [];
    queue.shift();
    if (queue.length > 0) void this.#run(name);
    else this.#queues.delete(name);
  }

  async #run(name: string): Promise<void> {
    const [first] = this.#queues.get(name) ?? [];
    if (!first) return;
    first.done(await first.held());
    if (this.#queues.get(name)?.[0] === first) this.vanish(name);
  }
}
