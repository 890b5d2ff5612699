// Type-checks every ```ts block of README.md, each as a module of its own, strictly, against the built package through
// its own name (`import … from 'rxwamp'`). `npm run check:readme`, after `npm run build`. Other blocks are not looked at.
//
// What a block takes for granted, an HTML comment on the line above it provides; the reader does not see it:
//
//     <!-- check: with wamp, url -->              names of the table `known` below
//     <!-- check: declare const price: number; --> declarations, any TypeScript
//     <!-- check: continues -->                    everything of the block before, its comment included
//
// Several comments may stand above one block. Nothing switches a check off: a line that is meant to be wrong carries
// `// @ts-expect-error`.
//
// Every file that README.md links to must be there, too.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** No imports in here: a block that imports the same name itself would declare it twice. */
const known = {
  wamp: "declare const wamp: import('rxwamp').WampClient;",
  session: "declare const session: import('rxwamp').Session;",
  url: 'declare const url: string;',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = join(root, 'README.md');
for (const [path, hint] of [
  [readme, 'README.md is missing'],
  [join(root, 'dist', 'index.d.ts'), 'dist/index.d.ts is not there: `npm run build` first'],
]) {
  if (existsSync(path)) continue;
  console.error(hint);
  process.exit(1);
}

/** The blocks: { line, preamble, code }, `line` the README's line of the first line of code. */
function blocksOf(text) {
  const lines = text.split(/\r?\n/);
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
      blocks.push({ line: start + 1, preamble: preambleOf(comments, blocks.at(-1)), code: code.join('\n') });
    } else if (comments.length > 0) fail(comments[0].line, 'a check comment above a block that is not ts');
    comments = [];
  }
  return blocks;
}

function preambleOf(comments, before) {
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
function fail(line, message) {
  failures += 1;
  console.log(`README.md:${line}: ${message}`);
}

const text = readFileSync(readme, 'utf8');
text.split(/\r?\n/).forEach((line, i) => {
  for (const [, path] of line.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)) {
    if (!existsSync(join(root, path))) fail(i + 1, `there is no ${path}, which it links to`);
  }
});

const blocks = blocksOf(text);
if (blocks.length === 0) fail(1, 'no block of ts in it');

// The files exist in memory alone, at the root: there the package's own name resolves, and no folder needs to be ignored.
const files = new Map(
  blocks.map(({ line, preamble, code }) => {
    const head = `export {};\n${preamble}\n`;
    return [join(root, `README.${line}.ts`), { line, skip: head.split('\n').length - 1, text: head + code }];
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
    fail(1, `${file?.fileName ?? 'settings'}: ${message}`);
    continue;
  }
  const { line } = file.getLineAndCharacterOfPosition(start);
  broken.add(file.fileName);
  if (line < block.skip) fail(block.line - 1, `in what comes before the block: ${message}`);
  else fail(block.line + line - block.skip, message);
}
console.log(`${blocks.length - broken.size} of ${blocks.length} blocks hold`);
process.exitCode = failures === 0 ? 0 : 1;
