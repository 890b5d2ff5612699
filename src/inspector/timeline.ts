import { html, type TemplateResult } from 'lit/html.js';
import { duration, timeOfDay } from './format.ts';
import type { Entry } from './journal.ts';
import type { Ring } from './ring.ts';
import { eventWords, statusWords, type Words } from './status-words.ts';

/** Statuses and lifecycle events, the newest first. */
export function timeline(entries: Ring<Entry>): TemplateResult {
  return html`<ol class="timeline" tabindex="0" aria-label="Timeline, newest first">
    ${[...entries].reverse().map(row)}
  </ol>`;
}

function row(entry: Entry): TemplateResult {
  const { tone, title, text } = wordsOf(entry);
  return html`<li class="moment" data-kind=${entry.kind} data-tone=${tone}>
    <time>${timeOfDay(entry.time)}</time>
    <span class="mark"></span>
    <span class="what">${title}</span>
    <span class="why" title=${text}>${text}</span>
  </li>`;
}

function wordsOf(entry: Entry): Words {
  if (entry.kind === 'status') return statusWords(entry.status);
  if (entry.kind === 'event') return eventWords(entry.event);
  return { tone: 'calm', title: 'hidden', text: `not observed for ${duration(entry.time - entry.since)}` };
}
