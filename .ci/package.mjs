// What npm would publish: packed once, then judged. `npm run check:package`, after `npm run build`.
//  1. contents: dist and src of today, README, LICENSE, CHANGELOG, and nothing else; every map finds its source
//  2. publint and "are the types wrong" on the tarball
//  3. every entry can be imported and required, and its declarations hold under `skipLibCheck: false`
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'rxwamp-pack-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function check(name, problems) {
  console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '} ${name}`);
  for (const problem of problems) console.log(`       ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

/** Runs a tool of node_modules; its output is shown when it fails. */
function tool(name, ...args) {
  const { status, stdout, stderr, error } = spawnSync(join(root, 'node_modules', '.bin', name), args, {
    encoding: 'utf8',
  });
  return status === 0 ? [] : `${error ?? ''}${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n');
}

const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);
const tarball = join(folder, packed.filename);
const files = packed.files.map(({ path }) => path);
const has = new Set(files);
console.log(`${packed.filename}: ${files.length} files, ${packed.size} B packed, ${packed.unpackedSize} B unpacked`);

const targets = [...Object.values(manifest.exports), ...Object.values(manifest.imports), manifest.bin]
  .flatMap(function leaves(value) {
    return typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves);
  })
  .map((path) => posix.normalize(path));

const allowed = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+\.(js|d\.ts)(\.map)?|src\/.+\.ts)$/;
const problems = [];
for (const path of files) {
  if (!allowed.test(path) || /\.(spec|test)\.ts$/.test(path)) problems.push(`${path} does not belong into the package`);
  const source = path.replace(/^dist\/(.+?)(\.d\.ts|\.js)(\.map)?$/, 'src/$1.ts');
  const isModule = path.startsWith('dist/') && !path.startsWith('dist/bundled/');
  if (isModule && !has.has(source)) problems.push(`${path} has no ${source}: is dist/ stale?`);
  if (!path.endsWith('.map')) continue;
  for (const from of JSON.parse(readFileSync(path, 'utf8')).sources) {
    const at = posix.join(posix.dirname(path), from);
    if (!has.has(at)) problems.push(`${path} points at ${from}, which is not in the package`);
  }
}
for (const path of files.filter((name) => name.startsWith('src/'))) {
  for (const end of ['.js', '.d.ts', '.js.map', '.d.ts.map']) {
    const built = path.replace(/^src/, 'dist').replace(/\.ts$/, end);
    if (!has.has(built)) problems.push(`${built} is missing: is dist/ stale?`);
  }
}
for (const path of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', ...targets]) {
  if (!has.has(path)) problems.push(`${path} is missing`);
}
for (const path of Object.values(manifest.bin)) {
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    problems.push(`${path} has no #!/usr/bin/env node`);
  }
  if (existsSync(path) && (statSync(path).mode & 0o111) !== 0o111) problems.push(`${path} cannot be executed`);
}
check('contents', [...new Set(problems)]);

const declared = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
check(
  'what dist imports is declared',
  files
    .filter((path) => /^dist\/.+\.(js|d\.ts)$/.test(path))
    .flatMap((path) =>
      ts
        .preProcessFile(readFileSync(path, 'utf8'))
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

check('publint', tool('publint', 'run', tarball, '--strict'));
check('are the types wrong', tool('attw', tarball, '--profile', 'esm-only'));

const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => manifest.name + entry.slice(1));
const load = (entry) =>
  // outside of a build Angular wants its compiler to be there
  `${entry.includes('angular') ? "import '@angular/compiler';" : ''} import { createRequire } from 'node:module';
   const names = Object.keys(await import('${entry}'));
   if (names.length === 0) throw new Error('exports nothing');
   const required = createRequire('${root}')('${entry}');
   const lost = names.filter((name) => !(name in required));
   if (lost.length > 0) throw new Error('require() lacks ' + lost);
   process.exit();`;
for (const entry of entries) {
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', load(entry)], {
    encoding: 'utf8',
  });
  const why = stderr.split('\n').filter((line) => /^\w*Error|^Error/.test(line));
  check(`import and require ${entry}`, status === 0 ? [] : [why[0] ?? stderr.trim()]);
}

/** Type-checks a program that names every entry, as a strict consumer who checks libraries too. */
function consume(name, entries, options) {
  const file = join(root, 'consumer.ts');
  const text = entries.map((entry, i) => `export * as e${i} from '${entry}';`).join('\n');
  const settings = {
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
    ...options,
  };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, text, rest[0]) : getSourceFile(path, ...rest);
  host.fileExists = (path) => path === file || fileExists(path);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], settings, host));
  // what other packages say of themselves is not ours
  const ours = diagnostics.filter((found) => !found.file?.fileName.includes('/node_modules/'));
  check(
    `declarations, ${name}`,
    ours.slice(0, 20).map((found) => {
      const where = found.file ? `${posix.relative(root, found.file.fileName)}: ` : '';
      return where + ts.flattenDiagnosticMessageText(found.messageText, ' ');
    }),
  );
}
const nodenext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const lib = ['lib.es2022.d.ts', 'lib.dom.d.ts'];
const browserEntries = entries.filter((entry) => !entry.endsWith('/node'));
consume('all entries, nodenext', entries, { ...nodenext, lib, types: ['node'] });
consume('browser entries, bundler, no types of Node', browserEntries, { ...bundler, lib });
