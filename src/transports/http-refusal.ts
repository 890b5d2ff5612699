import { asyncScheduler } from 'rxjs';
import type { HttpAnswer } from '../protocol/errors.ts';
import { shown } from './address.ts';

/** An HTTP answer that is not the one which a transport needs. */
export class HttpRefusal extends Error implements HttpAnswer {
  override name = 'HttpRefusal';
  readonly status: number;
  readonly retryAfter?: number;
  readonly location?: string;

  /** @param remark what the body says, if a person can read it */
  constructor(
    status: number,
    headers: { readonly retryAfter?: string | null | undefined; readonly location?: string | null | undefined },
    remark = '',
  ) {
    const location = headers.location ? shown(headers.location) : undefined;
    super(
      `HTTP status ${status}${location === undefined ? '' : `, a redirect to ${location}`}${remark && `: ${remark}`}`,
    );
    this.status = status;
    if (location !== undefined) this.location = location;
    const delay = delayOf(headers.retryAfter ?? '');
    if (delay !== undefined) this.retryAfter = delay;
  }
}

/** The header Retry-After, seconds or a date, in milliseconds from now. */
function delayOf(text: string): number | undefined {
  const delay = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - asyncScheduler.now();
  return Number.isNaN(delay) ? undefined : Math.max(0, delay);
}
