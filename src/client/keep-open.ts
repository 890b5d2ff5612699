import { Recoverable } from '../session/recoverable.ts';
import type { Recovery } from '../session/recovery.ts';

/** How many there were: each has a key of its own among the streams. */
let count = 0;

/** A stream without a request of its own: the client counts as used while it is there, and ends it as any other. */
export class KeepOpen extends Recoverable {
  readonly kind = 'setup';
  readonly wire = {};
  protected readonly recovery: Recovery;
  readonly #ended: (error?: Error) => void;

  /** @param ended called when the client gives up or is closed */
  constructor(recovery: Recovery, ended: (error?: Error) => void) {
    super(`setup${++count}`, 'exact');
    this.recovery = recovery;
    this.#ended = ended;
  }

  override request(): void {
    this.recovery.confirm(this, 1);
  }

  override detached(): void {
    // nothing of it belongs to one session
  }

  override end(error?: Error): void {
    this.close();
    this.#ended(error);
  }
}
