import { SpanStatusCode, type Span } from '@opentelemetry/api';
import type { Id } from '../protocol/ids.ts';

/** Spans that have begun and not ended, by request id. */
export class Spans {
  readonly #open = new Map<Id, Span>();

  has(id: Id): boolean {
    return this.#open.has(id);
  }

  begin(id: Id, span: Span): void {
    this.#open.set(id, span);
  }

  event(id: Id, name: string): void {
    this.#open.get(id)?.addEvent(name);
  }

  /** Ends a span; `error` is the error URI, or another name of what failed. */
  end(id: Id, error?: string): void {
    const span = this.#open.get(id);
    if (span === undefined) return;
    this.#open.delete(id);
    if (error !== undefined) {
      span.setAttribute('error.type', error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    }
    span.end();
  }

  endAll(error: string): void {
    for (const id of [...this.#open.keys()]) this.end(id, error);
  }
}
