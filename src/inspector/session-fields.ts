import { html, type TemplateResult } from 'lit/html.js';
import type { Session } from '../index.ts';
import { isDict } from '../protocol/kinds.ts';
import { fields } from './fields.ts';
import { preview } from './preview.ts';

/** What of SessionDetails has a line of its own, or none. */
const KNOWN = new Set(['realm', 'session', 'authid', 'authrole', 'authmethod', 'authprovider', 'agent', 'roles']);
const INNER = new Set(['serializer', 'transport']);

/** Who the client is in a session, over which link, and what the router can do. */
export function sessionFields({ details }: Session): TemplateResult {
  const { transport } = details;
  const others = Object.entries(details).filter(([name]) => !KNOWN.has(name) && !INNER.has(name));
  return html`
    ${fields([
      ['Realm', details.realm],
      ['Session', details.session],
      ['Authid', details.authid],
      ['Role', details.authrole],
      ['Method', details.authmethod],
      ['Provider', details.authprovider],
      ['Router', details.agent],
      ['Transport', transport.type],
      ['Address', transport.url],
      ['Serializer', details.serializer],
      ...others.map(([name, value]) => [name, typeof value === 'string' ? value : preview(value, 400)] as const),
    ])}
    ${Object.entries(details.roles).map(([role, announced]) => features(role, announced))}
  `;
}

/** The features that a role of the router announced (WAMP, "Feature Announcement"). */
function features(role: string, announced: unknown): TemplateResult {
  const known = isDict(announced) && isDict(announced['features']) ? announced['features'] : {};
  const names = Object.keys(known).filter((name) => known[name] === true);
  return html`<details class="features">
    <summary>${role} <span class="muted">${names.length} features</span></summary>
    <ul class="chips">
      ${names.map((name) => html`<li>${name.replaceAll('_', ' ')}</li>`)}
    </ul>
  </details>`;
}
