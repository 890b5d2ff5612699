/** Foreign text with its control characters escaped. */
export const plain = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Rows under their headings, each column as wide as its longest cell, numbers right-aligned. On a terminal that is too
 * narrow for that, one line for each cell, behind its heading.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], screen = Infinity): string {
  if (rows.length === 0) return '';
  const columns = headings.map((heading, at) => {
    const values = rows.map((row) => row[at] ?? '');
    return {
      width: Math.max(heading.length, ...values.map((value) => value.length)),
      numeric: values.every((value) => /^\d*$/.test(value)),
    };
  });
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ width, numeric }, at) => {
        const cell = cells[at] ?? '';
        return numeric ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const lines = [headings, ...rows].map((row) => `  ${line(row)}`);
  if (lines.every(({ length }) => length <= screen)) return lines.map((each) => `${each}\n`).join('');
  const width = Math.max(...headings.map(({ length }) => length));
  return rows
    .map((row) => headings.map((heading, at) => `  ${heading.padEnd(width)}  ${row[at] ?? ''}`.trimEnd()))
    .map((block) => `${block.join('\n')}\n`)
    .join('\n');
}
