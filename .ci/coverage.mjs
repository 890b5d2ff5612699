// Prints the coverage of both runners and what they cover together, per room of src, from the reports that
// `npm test` leaves in coverage/. V8 (Node) and istanbul (browser) call different things a statement, and neither
// knows files that were never loaded. So this counts the lines of src on which a statement begins, by TypeScript's
// parser: a line is covered when a runner saw it run. `npm run coverage -- --files` lists files and uncovered lines.
import { readdirSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const posix = (path) => path.replaceAll(sep, '/');

/** A runner's report: file → line → hits. */
function read(runner) {
  const files = new Map();
  const path = `coverage/${runner}/coverage-final.json`;
  try {
    for (const { path: file, statementMap, s } of Object.values(JSON.parse(readFileSync(root + path, 'utf8')))) {
      const lines = new Map();
      for (const [key, { start }] of Object.entries(statementMap)) {
        lines.set(start.line, Math.max(lines.get(start.line) ?? 0, s[key]));
      }
      files.set(posix(relative(root, file)), lines);
    }
  } catch (error) {
    console.error(`${path} is missing or broken: ${error.message}`);
  }
  if (![...files.keys()].some((file) => file.startsWith('src/'))) {
    console.error(`no coverage of ${runner}`);
    process.exitCode = 1;
  }
  return files;
}

const withoutCode = new Set([
  ...[ts.SyntaxKind.InterfaceDeclaration, ts.SyntaxKind.TypeAliasDeclaration, ts.SyntaxKind.ModuleDeclaration],
  ...[ts.SyntaxKind.ImportDeclaration, ts.SyntaxKind.ExportDeclaration],
]);

/** The lines on which a statement begins; none in a file of types. */
function codeLines(file) {
  const source = ts.createSourceFile(file, readFileSync(root + file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const lines = new Set();
  const visit = (node) => {
    if (withoutCode.has(node.kind) || node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)) return;
    const overload = ts.isFunctionLike(node) && !node.body;
    if (overload) return;
    const arrowBody = ts.isArrowFunction(node.parent ?? node) && node.parent.body === node && !ts.isBlock(node);
    const statement = ts.isStatement(node) && !ts.isBlock(node) && !ts.isFunctionDeclaration(node);
    if (statement || arrowBody) lines.add(source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...lines].sort((a, b) => a - b);
}

const node = read('node');
const browser = read('browser');
const rows = readdirSync(`${root}src`, { recursive: true })
  .map((name) => `src/${posix(name)}`)
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => {
    const lines = codeLines(file);
    const ran = (report) => lines.filter((line) => (report.get(file)?.get(line) ?? 0) > 0);
    const [inNode, inBrowser] = [ran(node), ran(browser)];
    const both = new Set([...inNode, ...inBrowser]);
    const missed = lines.filter((line) => !both.has(line));
    return { file, all: lines.length, node: inNode.length, browser: inBrowser.length, both: both.size, missed };
  })
  .filter(({ all }) => all > 0);

const columns = ['node', 'browser', 'both'];
function print(label, of) {
  const sum = (key) => of.reduce((total, row) => total + row[key], 0);
  const cells = columns.map((key) => `${((100 * sum(key)) / sum('all')).toFixed(1)} %`.padStart(9));
  console.log(label.padEnd(36), ...cells, String(sum('all')).padStart(7));
}
/** [1, 2, 3, 7] → '1–3, 7' */
function ranges(lines) {
  const out = [];
  for (const line of lines) {
    if (line === out.at(-1)?.[1] + 1) out.at(-1)[1] = line;
    else out.push([line, line]);
  }
  return out.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', ');
}

console.log('lines covered'.padEnd(36), ...columns.map((key) => key.padStart(9)), 'lines'.padStart(7));
const room = ({ file }) => file.split('/', 2).join('/');
for (const name of new Set(rows.map(room))) {
  const inside = rows.filter((row) => room(row) === name);
  print(name, inside);
  if (!process.argv.includes('--files')) continue;
  for (const row of inside) {
    print(`  ${row.file.slice(name.length + 1)}`, [row]);
    if (row.missed.length > 0) console.log(`      not covered: ${ranges(row.missed)}`);
  }
}
if (rows.length > 0) print('all', rows);
