/** One row of a chart: a moment and the values measured then. `null` breaks the line. */
export interface Sample {
  readonly time: number;
  readonly values: readonly (number | null)[];
}

/** Columns as uPlot wants them: times, then one list for each series. */
export type Table = [times: number[], ...series: (number | null)[][]];

/** A row without values: every line breaks here. */
function gap(time: number): Sample {
  return { time, values: [] };
}

/** Milliseconds of silence after which the line breaks. */
const silence = 2_500; // ms

/** A new table with rows appended, and without those that have left the axis. */
export function extend(table: Table, batch: readonly Sample[], span: number): Table {
  const width = Math.max(table.length - 1, ...batch.map(({ values }) => values.length));
  const [oldTimes, ...oldSeries] = table;
  const oldest = (batch.at(-1)?.time ?? 0) - span;
  // The last row before the axis stays, so that the line begins outside.
  const from = Math.max(0, oldTimes.findIndex((time) => time >= oldest) - 1);
  const times = oldTimes.slice(from);
  const series = Array.from({ length: width }, (_, column) => oldSeries[column]?.slice(from) ?? times.map(() => null));

  for (const { time, values } of batch) {
    const last = times.at(-1);
    if (last !== undefined && time < last) continue; // a late comer would draw the line backwards
    if (last === time) {
      merge(series, values); // the rest of a row whose first part came before
      continue;
    }
    if (last !== undefined && time - last > silence && values.length > 0) append(times, series, gap(last + 1));
    append(times, series, { time, values });
  }
  return [times, ...series];
}

function append(times: number[], series: (number | null)[][], { time, values }: Sample): void {
  times.push(time);
  series.forEach((column, index) => column.push(values[index] ?? null));
}

function merge(series: (number | null)[][], values: Sample['values']): void {
  series.forEach((column, index) => {
    const value = values[index];
    if (value !== null && value !== undefined) column[column.length - 1] = value;
  });
}

/** The newest row, or undefined once it is older than `fresh` ms or a gap. */
export function latest([times, ...series]: Table, now: number, fresh = 1_500): readonly (number | null)[] | undefined {
  const time = times.at(-1);
  if (time === undefined || now - time > fresh) return undefined;
  const values = series.map((column) => column.at(-1) ?? null);
  return values.every((value) => value === null) ? undefined : values;
}
