// The table, and what holds of it.
import { limitsOf, PEER_CLIENTS } from './limits.mjs';
import { ratio, summary } from './stats.mjs';
import { SCENARIOS } from './scenarios.mjs';

const short = (value) =>
  value >= 1e6
    ? `${(value / 1e6).toFixed(2)}M`
    : value >= 1e4
      ? `${Math.round(value / 1e3)}k`
      : value >= 100
        ? value.toFixed(0)
        : value.toFixed(2);
const ratios = ({ median, interval: [low, high] }) => `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

export const rowKey = ({ scenario, serializer, payload }) => `${scenario} ${serializer} ${payload}`;

/** What one client's figures look like in the table. */
function cell(samples, scenario) {
  const of = (field) => summary(Object.values(samples).map((sample) => sample[field])).median;
  switch (SCENARIOS[scenario].unit) {
    case 'bytes':
      return `${short(of('bytes'))} B`;
    case 'gzip':
      return `${short(of('gzip'))} B`;
    case 'ms':
      return `${of('ms').toFixed(0)} ms, ${(of('cpu') / 1000).toFixed(0)} CPU`;
    default:
      return `${short(of('rate'))}/s ${of('cpu').toFixed(2)} us`;
  }
}

/** Against the peer that is best in this row. */
function bestPeer(row) {
  const rate = (name) => summary(Object.values(row.clients[name]).map((sample) => sample.rate)).median;
  const [best] = PEER_CLIENTS.filter((name) => row.clients[name] !== undefined).sort((a, b) => rate(b) - rate(a));
  return best;
}

function verdict(row, limit) {
  const samples = row.clients.rxwamp;
  const { field, than, factor, most } = limit;
  if (most !== undefined) {
    const { median, interval } = summary(Object.values(samples).map((sample) => sample[field]));
    return { what: `at most ${most} B`, holds: interval[0] <= most, figure: `${short(median)} B`, median, interval };
  }
  const other = than === 'the best peer' ? bestPeer(row) : than;
  const found = other && ratio(samples, row.clients[other], field);
  if (!found) return undefined;
  const [low, high] = found.interval;
  const holds = field === 'rate' ? high >= factor : low <= factor;
  const words = { rate: 'rate at least', ms: 'time at most', cpu: 'CPU at most' };
  const what = `${words[field]} ${factor} × ${other === than ? other : `${other} (best peer)`}`;
  return { what, holds, figure: ratios(found), ...found };
}

/** Every limit of every row that was measured. */
export const verdicts = (rows) =>
  rows.flatMap((row) => {
    if (row.clients.rxwamp === undefined) return [];
    const { scenario, serializer, payload } = row;
    return limitsOf(scenario, serializer, payload).flatMap((limit) => {
      const judged = verdict(row, limit);
      return judged ? [{ scenario, serializer, payload, ...judged }] : [];
    });
  });

const table = (lines) => {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const drawn = lines.map((line) => `| ${line.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`);
  return [drawn[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...drawn.slice(1)].join('\n');
};

/** The figures of all clients, and rxwamp's CPU in relation to raw's and raw-cork's. */
export function figures(rows, clients) {
  const against = (row, than) => {
    const found = row.clients.rxwamp && ratio(row.clients.rxwamp, row.clients[than], 'cpu');
    return found && Number.isFinite(found.median) ? ratios(found) : '';
  };
  const shown = clients.filter((name) => rows.some((row) => row.clients[name] !== undefined));
  return table([
    ['scenario', ...shown, 'CPU × raw', 'CPU × raw-cork'],
    ...rows.map((row) => {
      const { title } = SCENARIOS[row.scenario];
      const name =
        row.payload === 'small' && row.serializer === 'json' ? title : `${title}; ${row.serializer}, ${row.payload}`;
      const cells = shown.map((client) => (row.clients[client] ? cell(row.clients[client], row.scenario) : ''));
      return [name, ...cells, against(row, 'raw'), against(row, 'raw-cork')];
    }),
  ]);
}

export const judgement = (all) =>
  table([
    ['scenario', 'shall be', 'is', ''],
    ...all.map(({ scenario, serializer, payload, what, figure, holds }) => [
      `${SCENARIOS[scenario].title}; ${serializer}, ${payload}`,
      what,
      figure,
      holds ? 'holds' : 'DOES NOT HOLD',
    ]),
  ]);
