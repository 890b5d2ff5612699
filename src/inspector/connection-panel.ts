import { html, type TemplateResult } from 'lit/html.js';
import { Subscription } from 'rxjs';
import { fields, nothingYet } from './fields.ts';
import { duration, timeOfDay } from './format.ts';
import type { Panel, PanelContext } from './panel.ts';
import { sessionFields } from './session-fields.ts';
import { causesOf, statusWords } from './status-words.ts';
import { timeline } from './timeline.ts';

/** The status with its cause, the session, and what happened to the connection so far. */
export class ConnectionPanel implements Panel {
  readonly id = 'connection';
  readonly label = 'Connection';
  readonly #context: PanelContext;

  constructor(context: PanelContext) {
    this.#context = context;
  }

  /** Status and lifecycle come with the journal. */
  watch(): Subscription {
    return new Subscription();
  }

  render(): TemplateResult {
    const { journal } = this.#context;
    return html`<div class="columns">
      <div class="column">${this.#status()} ${this.#session()}</div>
      <section class="column" aria-labelledby="timeline-title">
        <h2 id="timeline-title">Timeline</h2>
        ${timeline(journal.entries)}
      </section>
    </div>`;
  }

  #status(): TemplateResult {
    const { status } = this.#context.client;
    const { tone, title, text } = statusWords(status);
    const causes = causesOf(status);
    return html`<section aria-labelledby="status-title">
      <h2 id="status-title">Status</h2>
      ${fields([
        ['State', html`<span class="word" data-tone=${tone}>${title}</span>`],
        ['Attempt', 'attempt' in status ? status.attempt : 'attempts' in status ? status.attempts : undefined],
        ['Since', status.state === 'joined' ? timeOfDay(status.since) : undefined],
        ['Delay', 'delay' in status ? duration(status.delay) : undefined],
        ['Next attempt', 'retryAt' in status ? timeOfDay(status.retryAt) : undefined],
        ['Healing', status.state === 'joined' && status.healing > 0 ? status.healing : undefined],
        ['Detail', causes.length === 0 && status.state !== 'joined' ? text : undefined],
        ['Cause', causes.length === 0 ? undefined : causeList(causes)],
      ])}
    </section>`;
  }

  #session(): TemplateResult {
    const { status } = this.#context.client;
    return html`<section aria-labelledby="session-title">
      <h2 id="session-title">Session</h2>
      ${status.state === 'joined' ? sessionFields(status.session) : nothingYet('No session is joined.')}
    </section>`;
  }
}

const causeList = (causes: readonly string[]): TemplateResult =>
  html`<ol class="causes">
    ${causes.map((cause) => html`<li>${cause}</li>`)}
  </ol>`;
