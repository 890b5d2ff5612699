// What npm would publish: packed once, then judged. `npm run check:package`, after `npm run build`.
//  1. contents: JavaScript and declarations, each once; all that package.json points at; how much it is
//  2. each exported name means one thing
//  3. publint and "are the types wrong" on the tarball
//  4. Node imports and requires one and the same copy of each entry
// Its declarations are judged by `npm run check:typescript`, bundlers and test runners by `npm run check:bundlers`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { nameProblems } from './names.mjs';
import { check, entries, manifest, pack, root } from './pack.mjs';

process.chdir(root);
const limits = { files: 600, unpacked: 2_100_000, packed: 600_000 };

/** Runs a tool of node_modules; its output is shown when it fails. */
function tool(name, ...args) {
  const { status, stdout, stderr, error } = spawnSync(join(root, 'node_modules', '.bin', name), args, {
    encoding: 'utf8',
  });
  return status === 0 ? [] : `${error ?? ''}${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n');
}

const { filename, tarball, files, size, unpackedSize } = pack();
const has = new Set(files);
console.log(`${filename}: ${files.length} files, ${size} B packed, ${unpackedSize} B unpacked`);

const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves));
const targets = [manifest.exports, manifest.imports, manifest.bin, manifest.main, manifest.types, manifest.schematics]
  .flatMap(leaves)
  .filter((path) => !path.startsWith('./src/')) // for those who work in this repository
  .map((path) => posix.normalize(path));

const allowed =
  /^(package\.json|LICENSE|CHANGELOG\.md|((demo|spec|src|src\/.+)\/)?README\.md|src\/.+\.md|demo\/(dashboard\.webp|examples\/.+\.(ts|json))|dist\/.+\.(js|cjs|d\.ts|d\.cts)|dist\/schematics\/.+\.(json|template))$/;
const problems = files.filter((path) => !allowed.test(path)).map((path) => `${path} does not belong into the package`);
for (const path of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', ...targets]) {
  if (!has.has(path)) problems.push(`${path} is missing`);
}
for (const entry of entries) {
  const { require: commonJs, default: module } = manifest.exports[`.${entry}`];
  const path = posix.normalize(module).replace(/js$/, '');
  for (const end of commonJs ? ['d.ts', 'd.cts'] : ['d.ts'])
    if (!has.has(path + end)) problems.push(`${path}${end} is missing`);
}
for (const path of Object.values(manifest.bin)) {
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    problems.push(`${path} has no #!/usr/bin/env node`);
  }
  if (existsSync(path) && (statSync(path).mode & 0o111) !== 0o111) problems.push(`${path} cannot be executed`);
}
for (const [what, most] of Object.entries(limits)) {
  const measured = { files: files.length, unpacked: unpackedSize, packed: size }[what];
  if (measured > most) problems.push(`${what}: ${measured}, of ${most} at most`);
}
check('contents', [...new Set(problems)]);

const declared = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
check(
  'what dist imports is declared',
  files
    // those of schematics the Angular CLI brings along
    .filter((path) => /^dist\/(?!schematics\/).+\.(js|cjs|d\.ts)$/.test(path))
    .flatMap((path) =>
      ts
        .preProcessFile(readFileSync(path, 'utf8'), true, true)
        .importedFiles.map(({ fileName }) => fileName)
        .filter((name) => !/^(\.|#|node:)/.test(name))
        .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
        .filter((name) => !declared.has(name))
        .map((name) => `${path} imports ${name}: neither a dependency nor a peer`),
    ),
);

check(
  'declarations need no @types package',
  files
    .filter((path) => path.endsWith('.d.ts') && /from ['"]ws['"]|import\(['"]ws['"]\)/.test(readFileSync(path, 'utf8')))
    .map((path) => `${path} imports ws, whose types a user does not have`),
);

check('each name means one thing', nameProblems());
check('publint', tool('publint', 'run', tarball, '--strict'));
// what only pages and bundlers load has no CommonJS
const modulesAlone = entries.filter((entry) => !manifest.exports[`.${entry}`].require).map((entry) => entry.slice(1));
check('are the types wrong', tool('attw', tarball, '--profile', 'node16', '--exclude-entrypoints', ...modulesAlone));

const load = (entry) =>
  // outside of a build Angular wants its compiler to be there
  `${entry.includes('angular') ? "import '@angular/compiler';" : ''} import { createRequire } from 'node:module';
   const imported = await import('${entry}');
   const names = Object.keys(imported);
   if (names.length === 0) throw new Error('exports nothing');
   const required = createRequire('${root}')('${entry}');
   const others = names.filter((name) => required[name] !== imported[name]);
   if (others.length > 0) throw new Error('require() gives other copies of ' + others);
   process.exit();`;
for (const entry of entries.map((path) => manifest.name + path)) {
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', load(entry)], {
    encoding: 'utf8',
  });
  const why = stderr.split('\n').filter((line) => /^\w*Error|^Error/.test(line));
  check(`import and require ${entry}`, status === 0 ? [] : [why[0] ?? stderr.trim()]);
}
