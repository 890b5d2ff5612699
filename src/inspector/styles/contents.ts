/** What panels show: fields, the timeline, cards and lists. */
export const contents = /* css */ `
.columns { display: grid; grid-template-columns: minmax(0, 4fr) minmax(0, 7fr); flex: 1; min-block-size: 0; }
.column { display: flex; flex-direction: column; min-block-size: 0; overflow-y: auto; padding: 10px 0; }
.column + .column { border-inline-start: 1px solid var(--line); }
.column > h2, .column > section > h2 { padding: 0 var(--gap) 4px; }
.column > section + section { margin-block-start: 14px; }

.field { display: grid; grid-template-columns: 92px minmax(0, 1fr); gap: 8px; padding: 2px var(--gap); }
.field dt { color: var(--muted); }
.field dd { overflow-wrap: anywhere; }
.word { color: var(--tone); font-weight: 600; }
.causes li + li { color: var(--muted); }
.causes li + li::before { content: '↳ '; }
.columns .empty { padding-block: 2px; }
.features { padding: 3px var(--gap) 0; }
.features summary { cursor: pointer; min-block-size: 24px; line-height: 24px; }
.chips { display: flex; flex-wrap: wrap; gap: 4px; padding: 2px 0 6px; }
.chips li { padding: 0 6px; border: 1px solid var(--line); border-radius: 4px; font-size: 11px; color: var(--muted); }

.timeline { flex: 1; min-block-size: 0; overflow-y: auto; }
.moment {
  display: grid; grid-template-columns: 84px 15px 104px minmax(0, 1fr); align-items: center;
  min-block-size: var(--row); padding: 0 var(--gap);
}
.moment time, .row .time { font-family: var(--mono); font-size: 11px; color: var(--muted); }
.mark { position: relative; align-self: stretch; }
.mark::before { content: ''; position: absolute; inset: 0 auto 0 3px; inline-size: 1px; background: var(--line); }
.moment:first-child .mark::before { inset-block-start: 50%; }
.moment:last-child .mark::before { inset-block-end: 50%; }
.mark::after {
  content: ''; position: absolute; inset-block-start: calc(50% - 3.5px); inline-size: 7px; block-size: 7px; border-radius: 50%;
  background: var(--back); border: 1.5px solid var(--tone);
}
.moment[data-kind='status'] .mark::after { background: var(--tone); }
.moment[data-kind='status'] .what { font-weight: 600; }
.moment[data-tone='bad'] .what, .moment[data-tone='busy'][data-kind='status'] .what { color: var(--tone); }
.why { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

.scroller { flex: 1; min-block-size: 0; overflow-y: auto; }
.cards { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; background: var(--line); border-block-end: 1px solid var(--line); }
.card { background: var(--back); padding: 10px 0 10px; }
.card > h2, .card > p { padding-inline: var(--gap); }
.card .field { grid-template-columns: minmax(0, 1fr) auto; }
.card dd { text-align: end; }
.card h2 { padding-block-end: 2px; }
.figure { font-size: 20px; line-height: 1.3; }
.figure small { font-size: 12px; color: var(--muted); }
.card { grid-column: span 2; }
.card.wide { grid-column: span 3; }
.legend { display: flex; justify-content: space-between; gap: 8px; }
.sparkline { display: block; inline-size: calc(100% - 2 * var(--gap)); block-size: 64px; margin: 6px var(--gap); border-block-end: 1px solid var(--line); }
.sparkline polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.sparkline polygon { fill: color-mix(in srgb, var(--accent) 14%, transparent); }

.split { position: relative; display: flex; flex: 1; min-block-size: 0; }
.table { container: table / inline-size; position: relative; display: flex; flex-direction: column; flex: 1 1 0; min-inline-size: 0; min-block-size: 0; }
.list, .head { scrollbar-gutter: stable; scrollbar-width: thin; }
.row.head { flex: none; overflow: hidden; font-size: 11px; color: var(--muted); background: var(--raised); border-block-end-color: var(--line); }
.head .text { font-family: inherit; }
.list { flex: 1 1 0; min-block-size: 0; overflow: auto; overflow-anchor: none; contain: strict; }
.list.from-end { display: flex; flex-direction: column-reverse; }
.list.from-end > .all-rows { margin-block-end: auto; }
.all-rows { flex: none; overflow: hidden; }
.row {
  display: grid; align-items: center; gap: 0 10px; block-size: var(--row); padding: 0 var(--gap);
  white-space: nowrap; cursor: default; border-block-end: 1px solid color-mix(in srgb, var(--line) 45%, transparent);
}
.row > * { overflow: hidden; text-overflow: ellipsis; }
.row:hover { background: var(--hover); }
.row[aria-selected='true'] { background: var(--chosen); }
.row .text, .row .id { font-family: var(--mono); font-size: 11px; color: var(--muted); }
.row .number { text-align: end; font-variant-numeric: tabular-nums; }

[data-panel='wire'] .row { grid-template-columns: 84px 10px 92px minmax(80px, 3fr) minmax(0, 5fr) 52px; }
.row .name { font-weight: 600; font-size: 11px; }
.row[data-tone='bad'] .name { color: var(--bad); }
.arrow[data-direction='out'] { color: var(--accent); }
.arrow[data-direction='in'] { color: var(--good); }

[data-panel='streams'] .row { grid-template-columns: 68px minmax(0, 5fr) minmax(0, 5fr) 62px 124px 76px; }
[data-panel='calls'] .row { grid-template-columns: 68px minmax(0, 5fr) minmax(0, 5fr) 124px 76px; }
[data-panel='calls'] .row > :nth-child(4) { display: none; }
.standing { display: flex; align-items: center; gap: 6px; }
.standing .dot { inline-size: 7px; block-size: 7px; }
.standing .muted { overflow: hidden; text-overflow: ellipsis; }
.tag { padding: 0 5px; border: 1px solid var(--line); border-radius: 4px; font-size: 11px; color: var(--muted); }

.details { display: flex; flex-direction: column; flex: 0 1 42%; min-inline-size: 0; border-inline-start: 1px solid var(--line); }
.details h2 { color: var(--text); font-size: 12px; }
.details pre { flex: 1; overflow: auto; padding: 8px var(--gap); font: 11px/1.6 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.follow { position: absolute; inset: auto auto 8px 50%; translate: -50% 0; border-color: var(--accent); }

@container table (inline-size < 760px) {
  [data-panel='streams'] .row, [data-panel='calls'] .row { grid-template-columns: 68px minmax(0, 5fr) minmax(0, 6fr) 60px; }
  [data-panel='streams'] .row > .number:not(:last-child), [data-panel='calls'] .row > .number:not(:last-child) { display: none; }
}
@container inspector (inline-size < 720px) {
  .card, .card.wide { grid-column: 1 / -1; }
  .columns { display: block; overflow-y: auto; }
  .column { overflow: visible; }
  .column + .column { border-inline-start: 0; border-block-start: 1px solid var(--line); }
  .timeline { overflow: visible; }
  .split { flex-direction: column; }
  .details { flex: 1 1 0; min-block-size: 0; border-inline-start: 0; border-block-start: 1px solid var(--line); }
}
@container inspector (inline-size < 560px) {
  .moment { grid-template-columns: 84px 15px minmax(0, 1fr); padding-block: 3px; }
  .why { grid-column: 3; white-space: normal; }
  [data-panel='wire'] .row { grid-template-columns: 10px 84px minmax(0, 1fr) 48px; }
  [data-panel='streams'] .table .row, [data-panel='calls'] .table .row { grid-template-columns: 62px minmax(0, 1fr) 14px 56px; }
  .row .standing { font-size: 0; }
  [data-panel='wire'] .row > :first-child, [data-panel='wire'] .row .text { display: none; }
}
`;
