// Type-checks every ```ts block of README.md, the guides and the pages of spec, each as a module of its own, strictly,
// against the built package through its own name (`import … from 'rxwamp'`). `npm run check:readme`, after
// `npm run build`. Other blocks are not looked at.
//
// What a block takes for granted, an HTML comment on the line above it provides; the reader does not see it:
//
//     <!-- check: with wamp, url -->              names of the table `known` below
//     <!-- check: declare const price: number; --> declarations, any TypeScript
//     <!-- check: continues -->                    everything of the block before, its comment included
//
// Such a block, or one that takes nothing for granted, can be run, in Node and against the embedded router on port 8080:
//
//     <!-- check: prints 2 + 3 = 5 -->             it runs until it has printed this; several comments, several texts
//
//     <!-- check: from demo/examples/weather.ts --> the block is a part of that file, which is checked with the demo
//
// Several comments may stand above one block. Nothing switches a check off: a line that is meant to be wrong carries
// `// @ts-expect-error`.
//
// In the tables of spec/twins.md (item, twin, shown by) each row links to what shows it or says that it is the router's, and each name
// of a twin is one of src.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { pages, root } from './pages.mjs';

/** No imports in here: a block that imports the same name itself would declare it twice. */
const known = {
  wamp: "declare const wamp: import('rxwamp').WampClient;",
  session: "declare const session: import('rxwamp').Session;",
  url: 'declare const url: string;',
};

const twins = 'spec/twins.md';
for (const [path, hint] of [
  [twins, `${twins} is missing`],
  ['dist/index.d.ts', 'dist/index.d.ts is not there: `npm run build` first'],
]) {
  if (existsSync(join(root, path))) continue;
  console.error(hint);
  process.exit(1);
}

/** The blocks of a page: { page, line, preamble, code }, `line` the page's line of the first line of code. */
function blocksOf(page) {
  const lines = linesOf(page);
  const fail = (line, message) => failAt(page, line, message);
  const blocks = [];
  let comments = [];
  for (let i = 0; i < lines.length; i++) {
    const comment = /^<!--\s*check:\s*(.*?)\s*-->$/.exec(lines[i]);
    if (comment) {
      comments.push({ text: comment[1], line: i + 1 });
      continue;
    }
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)/.exec(lines[i]);
    if (!fence) {
      if (lines[i].trim() === '' || comments.length === 0) continue;
      fail(comments[0].line, 'a check comment without a block of ts below it');
      comments = [];
      continue;
    }
    const start = i + 1;
    while (++i < lines.length && !lines[i].trim().startsWith(fence[2]));
    if (/^(ts|typescript)$/.test(fence[3])) {
      const code = lines.slice(start, i).map((line) => line.slice(fence[1].length));
      const quoted = comments.map(({ text }) => /^from\s+(\S+)$/.exec(text)?.[1]).find(Boolean);
      if (quoted !== undefined) checkQuote(quoted, code.join('\n'), (message) => fail(start + 1, message));
      else {
        const prints = comments.flatMap(({ text }) => /^prints\s+(.*)$/.exec(text)?.[1] ?? []);
        const others = comments.filter(({ text }) => !text.startsWith('prints '));
        const preamble = preambleOf(others, blocks.at(-1), fail);
        const given = Object.keys(known).filter((name) => preamble.includes(known[name]));
        blocks.push({ page, line: start + 1, preamble, given, prints, code: code.join('\n') });
      }
    } else if (comments.length > 0) fail(comments[0].line, 'a check comment above a block that is not ts');
    comments = [];
  }
  return blocks;
}

/** A quote is a part of its file, word for word. */
function checkQuote(file, code, fail) {
  if (!existsSync(join(root, file))) fail(`there is no ${file}, which it quotes`);
  else if (!readFileSync(join(root, file), 'utf8').includes(code)) fail(`it is not what stands in ${file}`);
}

function preambleOf(comments, before, fail) {
  return comments
    .map(({ text, line }) => {
      if (text === 'continues') {
        if (!before) fail(line, 'continues, and no block is before it');
        return before ? `${before.preamble}\n${before.code}` : '';
      }
      if (!/^with\s/.test(text)) return text;
      return text
        .slice(5)
        .split(',')
        .map((name) => {
          const declaration = known[name.trim()];
          if (!declaration) fail(line, `'${name.trim()}' is unknown; there are ${Object.keys(known).join(', ')}`);
          return declaration ?? '';
        })
        .join('\n');
    })
    .join('\n');
}

let failures = 0;
function failAt(page, line, message) {
  failures += 1;
  console.log(`${page}:${line}: ${message}`);
}

function linesOf(page) {
  return readFileSync(join(root, page), 'utf8').split(/\r?\n/);
}

const names = new Set(
  readdirSync(join(root, 'src'), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(join(root, 'src', file), 'utf8').match(/[\w$]+/g) ?? []),
);
let rows = 0;
linesOf(twins).forEach((line, i) => {
  if (!line.startsWith('|') || /^\|[\s:|-]+\|$/.test(line)) return;
  const [, item = '', twin = '', shown = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  if (item === 'there') return;
  rows += 1;
  if (twin === '') failAt(twins, i + 1, `${item} has no twin`);
  if (!/\]\(/.test(shown) && shown !== "the router's") failAt(twins, i + 1, `nothing shows the twin of ${item}`);
  for (const [, code] of twin.matchAll(/`([^`]+)`/g)) {
    const unknown = (code.replace(/'[^']*'|\brxwamp\/[\w/]+/g, '').match(/[\w$]+/g) ?? []).filter(
      (name) => !names.has(name),
    );
    if (unknown.length > 0) failAt(twins, i + 1, `src does not know ${unknown.join(', ')}`);
  }
});
if (rows === 0) failAt(twins, 1, 'no row in it');

const blocks = pages.flatMap(blocksOf);
if (blocks.length === 0) failAt('README.md', 1, 'no block of ts in it');

// The files exist in memory alone, at the root: there the package's own name resolves, and no folder needs to be ignored.
const files = new Map(
  blocks.map(({ page, line, preamble, code }) => {
    const head = `export {};\n${preamble}\n`;
    const skip = head.split('\n').length - 1;
    return [join(root, `${page.replace(/\W/g, '-')}.${line}.ts`), { page, line, skip, text: head + code }];
  }),
);
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node', 'jasmine'],
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists, readFile } = host;
host.fileExists = (path) => files.has(path) || fileExists(path);
host.readFile = (path) => files.get(path)?.text ?? readFile(path);
host.getSourceFile = (path, version, ...rest) =>
  files.has(path) ? ts.createSourceFile(path, files.get(path).text, version) : getSourceFile(path, version, ...rest);

const program = ts.createProgram([...files.keys()], options, host);
const broken = new Set();
for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
  const block = file && files.get(file.fileName);
  const message = ts.flattenDiagnosticMessageText(messageText, '\n  ');
  if (!block) {
    failAt('README.md', 1, `${file?.fileName ?? 'settings'}: ${message}`);
    continue;
  }
  const { line } = file.getLineAndCharacterOfPosition(start);
  broken.add(file.fileName);
  if (line < block.skip) failAt(block.page, block.line - 1, `in what comes before the block: ${message}`);
  else failAt(block.page, block.line + line - block.skip, message);
}

const { runBlock } = await import('./run-block.mjs');
const programs = blocks.filter(({ prints }) => prints.length > 0);
for (const block of programs) {
  const problem = await runBlock(block);
  if (problem !== undefined) failAt(block.page, block.line, problem);
}
if (programs.length === 0) failAt('README.md', 1, 'no block is run');
console.log(
  `${blocks.length - broken.size} of ${blocks.length} blocks compile, ${programs.length} were run, ${rows} rows of twins`,
);
process.exitCode = failures === 0 ? 0 : 1;
