/** The element itself, its header with status and tabs, and controls. */
export const frame = /* css */ `
:host {
  display: block;
  block-size: 420px;
  min-block-size: 0;
  container: inspector / inline-size;
  overflow: hidden;
  background: var(--back);
  color: var(--text);
  font: 12px/1.5 var(--sans);
  text-align: start;
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
h2, p, dl, dd, ol, ul, pre { margin: 0; padding: 0; list-style: none; }
h2 { font-size: 11px; font-weight: 600; letter-spacing: .02em; color: var(--muted); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }

.inspector { display: flex; flex-direction: column; block-size: 100%; }
.header {
  display: flex; align-items: stretch; gap: 0 var(--gap); flex: none;
  min-block-size: 34px; padding-inline: var(--gap) 6px;
  background: var(--raised); border-block-end: 1px solid var(--line);
}
.status { display: flex; align-items: center; gap: 7px; min-inline-size: 168px; white-space: nowrap; }
.dot { inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--tone); flex: none; }
.status[data-tone='busy'] .dot { animation: pulse 1.2s ease-in-out infinite alternate; }
@keyframes pulse { to { opacity: .35; } }
.state { font-weight: 600; }
.clock, .muted { color: var(--muted); }
.clock, .figure, .count, dd, time { font-variant-numeric: tabular-nums; }

.tabs { display: flex; gap: 2px; overflow-x: auto; scrollbar-width: none; flex: 1; }
.tab {
  appearance: none; border: 0; background: none; color: var(--muted); font: inherit; cursor: pointer;
  padding: 0 10px; border-block: 2px solid transparent; white-space: nowrap;
}
.tab:hover { color: var(--text); }
.tab[aria-selected='true'] { color: var(--text); font-weight: 600; border-block-end-color: var(--accent); }
.tab small { font: inherit; font-weight: 400; color: var(--muted); font-variant-numeric: tabular-nums; }
slot[name='actions'] { display: flex; align-items: center; }

.panel { flex: 1; min-block-size: 0; display: flex; flex-direction: column; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.empty { padding: 20px var(--gap); color: var(--muted); flex: 1; }
.space { flex: 1; }

.toolbar {
  display: flex; flex-wrap: wrap; align-items: center; gap: 6px; flex: none;
  min-block-size: 36px; padding: 5px var(--gap); border-block-end: 1px solid var(--line);
}
.button, input[type='search'], .segments {
  block-size: 24px; border: 1px solid var(--line); border-radius: 5px; background: var(--back); color: var(--text); font: inherit;
}
.button { appearance: none; padding: 0 9px; cursor: pointer; white-space: nowrap; }
.button:hover:not(:disabled) { background: var(--hover); }
.button:disabled { color: var(--muted); opacity: .6; cursor: default; }
.button[aria-pressed='true'] { background: var(--chosen); border-color: var(--accent); }
.icon { padding: 0; inline-size: 24px; }
input[type='search'] { flex: 1 1 160px; min-inline-size: 0; max-inline-size: 320px; padding: 0 8px; }
input[type='search']::placeholder { color: var(--muted); opacity: 1; }
.segments { display: flex; overflow: hidden; }
.segment { display: grid; place-items: center; padding: 0 9px; cursor: pointer; }
.segment + .segment { border-inline-start: 1px solid var(--line); }
.segment input { position: absolute; opacity: 0; pointer-events: none; }
.segment:has(:checked) { background: var(--chosen); font-weight: 600; }
.segment:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
.count { margin-inline-start: auto; white-space: nowrap; }
.notice:empty { display: none; }

@container inspector (inline-size < 560px) {
  .header { flex-wrap: wrap; padding-inline-end: 6px; }
  .status { flex: 1; min-block-size: 32px; }
  .tabs { order: 1; flex: 1 0 100%; min-block-size: 32px; margin-inline: -8px -4px; }
  .tab { padding-inline: 8px; flex: 1 0 auto; }
}
@media (prefers-reduced-motion: reduce) {
  .status .dot { animation: none !important; }
}
`;
