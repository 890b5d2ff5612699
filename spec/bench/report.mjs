// The table, and what holds of it.
import { limitsOf, PEER_CLIENTS } from './limits.mjs';
import { growth, ratio, summary } from './stats.mjs';
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

const sameCodec = (a, b) => a.serializer === b.serializer && a.payload === b.payload;

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

function absolute(samples, { field, most }) {
  const unit = field === 'ms' ? 'ms' : 'B';
  const found = summary(Object.values(samples).map((sample) => sample[field]));
  const { median, interval } = found;
  const figure = `${short(median)} [${interval.map(short).join(', ')}] ${unit}`;
  return { what: `at most ${most} ${unit}`, holds: interval[0] <= most, figure, ...found };
}

/** Against how another client's cost grows between the same two rows. */
function grown(row, rows, { field, than, factor, from }) {
  const small = rows.find((other) => other.scenario === from && sameCodec(other, row));
  const pair = (name) => [row.clients[name], small?.clients[name]];
  const found = growth(pair('rxwamp'), pair(than), field);
  if (!found) return undefined;
  const own = (name) => `${than === name ? 'its' : 'grows'} ${ratios(ratio(...pair(name), field))}`;
  const figure = `${ratios(found)}: ${own('rxwamp')}, ${own(than)}`;
  return { what: `CPU grows at most ${factor} × as ${than}'s`, holds: found.interval[0] <= factor, figure, ...found };
}

function verdict(row, rows, limit) {
  const samples = row.clients.rxwamp;
  const { field, than, factor } = limit;
  if (limit.most !== undefined) return absolute(samples, limit);
  if (limit.from !== undefined) return grown(row, rows, limit);
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
      const judged = verdict(row, rows, limit);
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
