import { html, type TemplateResult } from 'lit/html.js';
import type { Subscription } from 'rxjs';
import { metrics, type Metrics } from '../flow/metrics.ts';
import type { Traffic } from '../flow/meter.ts';
import { fields, nothingYet } from './fields.ts';
import { bytes, duration, grouped, plural } from './format.ts';
import type { Panel, PanelContext } from './panel.ts';
import { Ring } from './ring.ts';
import { sparkline } from './sparkline.ts';

/** Two minutes, as a report comes each second. */
const REPORTS = 120;

/** One direction: its rate now and before, and its sum. */
interface Flow {
  readonly rates: Ring<number>;
  bytesPerSecond: number;
  messages: number;
  bytes: number;
}

const flow = (): Flow => ({ rates: new Ring(REPORTS), bytesPerSecond: 0, messages: 0, bytes: 0 });

/** The metrics of a client: traffic, round trips and gauges. */
export class TrafficPanel implements Panel {
  readonly id = 'traffic';
  readonly label = 'Traffic';
  readonly #context: PanelContext;
  readonly #received = flow();
  readonly #sent = flow();
  #latest: Metrics | undefined;
  #dropped = 0;
  #reconnects = 0;

  constructor(context: PanelContext) {
    this.#context = context;
  }

  /** Without probes: to look at a link must not change what passes on it. */
  watch(): Subscription {
    return metrics(this.#context.client, { reset: true, probe: false }).subscribe((report) => {
      add(this.#received, report.received, report.duration);
      add(this.#sent, report.sent, report.duration);
      this.#dropped += report.dropped;
      this.#reconnects += report.reconnects;
      // a second without a request has no round trip: the one before stands
      const { roundTrip = this.#latest?.roundTrip } = report;
      this.#latest = { ...report, ...(roundTrip && { roundTrip }) };
      this.#context.changed();
    });
  }

  render(): TemplateResult {
    if (!this.#latest) return nothingYet('The first figures come in a second.');
    const { roundTrip, serializer, calls, invocations, subscriptions, registrations, queued, bufferedAmount } =
      this.#latest;
    return html`<div class="scroller" tabindex="0" role="group" aria-label="Metrics">
      <div class="cards">
        ${direction('Received', this.#received)} ${direction('Sent', this.#sent)}
        <section class="card" aria-label="Round trip">
          <h2>Round trip</h2>
          <p class="figure">${roundTrip ? duration(roundTrip.last) : '–'}</p>
          ${
            roundTrip
              ? fields([
                  ['Mean', duration(roundTrip.mean)],
                  ['Least, most', `${duration(roundTrip.min)}, ${duration(roundTrip.max)}`],
                ])
              : html`<p class="muted">Timed with the next request that the router answers by itself.</p>`
          }
        </section>
        <section class="card" aria-label="Open">
          <h2>Open</h2>
          ${fields([
            ['Subscriptions', grouped(subscriptions)],
            ['Registrations', grouped(registrations)],
            ['Calls', grouped(calls)],
            ['Invocations', grouped(invocations)],
          ])}
        </section>
        <section class="card" aria-label="Backlog">
          <h2>Backlog</h2>
          ${fields([
            ['Queued publications', grouped(queued)],
            ['Dropped publications', grouped(this.#dropped)],
            ['Buffered', bytes(bufferedAmount)],
            ['Reconnects', grouped(this.#reconnects)],
            ['Serializer', serializer],
          ])}
        </section>
      </div>
    </div>`;
  }
}

function add(flow: Flow, { messages, bytes }: Traffic, duration: number): void {
  flow.rates.push((messages * 1000) / duration);
  flow.bytesPerSecond = (bytes * 1000) / duration;
  flow.messages += messages;
  flow.bytes += bytes;
}

const direction = (title: string, { rates, bytesPerSecond, messages, bytes: sum }: Flow): TemplateResult =>
  html`<section class="card wide" aria-label=${title}>
    <h2>${title}</h2>
    <p class="figure">${grouped(rates.at(-1) ?? 0)} <small>messages/s, ${bytes(bytesPerSecond)}/s</small></p>
    ${sparkline(rates)}
    <p class="muted legend">
      <span>${plural(messages, 'message')}, ${bytes(sum)} while shown</span>
      <span>peak ${grouped(Math.max(0, ...rates))}/s</span>
    </p>
  </section>`;
