// Every file and heading that a page or an error text names must be there; what a page of the package links to must be in the
// package, too. And README.md stays short. `npm run check:links`.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { guides, pages, root } from './pages.mjs';
import { pack } from './pack.mjs';

/** A page without its blocks of code, which may show what looks like a link or a heading. */
const proseOf = (page) =>
  readFileSync(join(root, page), 'utf8').replace(/^(`{3,}|~{3,})[^]*?^\1$/gm, (block) => block.replace(/[^\n]/g, ''));

/** Where the headings of a page can be linked to, as GitHub makes it of their text. */
function anchorsOf(page) {
  const anchors = new Set();
  for (const [, heading] of proseOf(page).matchAll(/^#+ (.*)$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
    let name = anchor;
    for (let n = 1; anchors.has(name); n++) name = `${anchor}-${n}`;
    anchors.add(name);
  }
  return anchors;
}

const anchors = new Map();
const packed = new Set(pack().files);
const inPackage = (path) => packed.has(path) || [...packed].some((file) => file.startsWith(`${path}/`));
let links = 0;
const problems = [];
for (const page of pages) {
  const lines = proseOf(page).split(/\r?\n/);
  lines.forEach((line, i) => {
    for (const [, link] of line.matchAll(/\]\((?![a-z]+:)([^)\s]+)/g)) {
      links += 1;
      const [path, anchor] = link.split('#');
      const target = path === '' ? page : posix.join(dirname(page), path).replace(/\/$/, '');
      const fail = (what) => problems.push(`${page}:${i + 1}: ${what}, which it links to`);
      if (!existsSync(join(root, target))) fail(`there is no ${target}`);
      else if (guides.includes(page) && !inPackage(target)) fail(`the package has no ${target}`);
      else if (anchor !== undefined) {
        if (!anchors.has(target)) anchors.set(target, target.endsWith('.md') ? anchorsOf(target) : new Set());
        if (!anchors.get(target).has(anchor)) fail(`there is no heading #${anchor} in ${target}`);
      }
    }
  });
}
// what error texts end with
const help = 'src/client/errors.md';
const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((path) => path.endsWith('.ts'));
const texts = sources.map((path) => readFileSync(join(root, 'src', path), 'utf8')).join('');
const named = new Set([
  ...[...texts.matchAll(/seeGuide\('([^']+)'\)/g)].map(([, heading]) => heading),
  .../\.error\\\.\(([\w|]+)\)\$/.exec(readFileSync(join(root, 'src/protocol/guide.ts'), 'utf8'))[1].split('|'),
]);
const headings = [...anchorsOf(help)].slice(1); // without the title
for (const heading of named)
  if (!headings.includes(heading)) problems.push(`${help}: no #${heading}, which an error names`);
for (const heading of headings) if (!named.has(heading)) problems.push(`${help}: no error names #${heading}`);
const { size } = statSync(join(root, 'README.md'));
if (size > 12_000) problems.push(`README.md has ${size} bytes, of 12000 at most`);
if (links === 0) problems.push('no link in any page');
for (const problem of problems) console.log(problem);
console.log(`${links} links in ${pages.length} pages, ${problems.length} broken`);
process.exitCode = problems.length === 0 ? 0 : 1;
