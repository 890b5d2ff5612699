// The tables of spec/README.md, each written by the check that it names: `-- --write` writes, otherwise another text is a failure.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { check, root } from '../pack.mjs';

const page = join(root, 'spec', 'README.md');

/**
 * Has the page say what a check found.
 *
 * @param name the check, `npm run check:<name>`
 * @param rows lists of cells; one that has the first alone was not run here, and stays as it is
 */
export async function table(name, head, rows) {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = [`<!-- by npm run check:${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const [old, after] = rest?.split(end) ?? [];
  if (after === undefined) throw new Error(`spec/README.md has no ${begin} … ${end}`);
  const written = ([label, ...cells]) =>
    cells.length > 0
      ? [`| ${[label, ...cells].join(' | ')} |`]
      : old.split('\n').filter((line) => line.startsWith(`| ${label} `));
  const lines = [head, head.map(() => '---'), ...rows].flatMap(written);
  const made = `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`;
  const wanted = await format(made, { ...(await resolveConfig(page)), filepath: page });
  if (process.argv.includes('--write')) writeFileSync(page, wanted);
  const stale = wanted !== text && !process.argv.includes('--write');
  check('spec/README.md says so', stale ? [`it does not: npm run check:${name} -- --write`] : []);
}
