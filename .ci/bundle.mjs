// Last step of `npm run build`: what tsc made of src becomes few files, the same ones for bundlers and for Node. To find, read
// and link a module takes Node half a millisecond, and every start of a program pays that again. ES modules are not
// minified, so that stack traces can be read. Each entry stands where its declarations stand, so that TypeScript finds them by themselves.
//
// CommonJS is for Jest and what is older than require() of ES modules, and minified for the package's size. It brings along the packages that have none; its
// declarations are those of the ES modules.
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name: self, exports, imports, bin } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const modules = `${root}node_modules/.cache/rxwamp/`;

/** All paths of built files in package.json's maps, of ES modules or of CommonJS, without their ends. */
const built = (value, end = '.js') =>
  typeof value === 'string'
    ? value.startsWith('./dist/') && value.endsWith(end)
      ? [value.slice('./dist/'.length, -end.length)]
      : []
    : [...new Set(Object.values(value).flatMap((inner) => built(inner, end)))];
const programs = built(bin);
const entries = [...built(exports), ...built(imports)];
const inputOf = (names) => Object.fromEntries(names.map((name) => [name, `${modules}${name}.js`]));

/**
 * Which modules are one file, together with all that they load; the first that takes a module has it. A bundler leaves out
 * whole files, but of a file that is used not every table: what the smallest program needs has files of its own.
 */
const groups = [
  { name: 'protocol', test: /\/protocol\// },
  {
    // the client imports what stands behind a #, so that what this shares with the client cannot be in the client's file
    debugName: 'platform',
    name: (id, graph) => {
      const sides = built(imports).map((name) => graph.getModuleInfo(`${modules}${name}.js`));
      const shared = sides.flatMap(({ id: side, importers, importedIds }) =>
        importers.length > 0 ? [side] : importedIds,
      );
      return !/\.node\.js$|@noble/.test(id) && shared.includes(id) ? 'platform' : null;
    },
  },
  { name: 'client', test: /\/(client\/client|transports\/websocket)\.js$/ },
  { name: 'auth', test: /\/auth\/(?!(ticket|wampcra|scram|cryptosign)\.)[\w-]+\.js$/ },
  ...['ticket', 'wampcra', 'scram', 'cryptosign', 'longpoll', 'sharedworker'].map((name) => ({
    name,
    test: new RegExp(`/(auth|transports)/${name}\\.js$`),
  })),
  {
    debugName: 'more',
    name: (id, graph) => (graph.getModuleInfo(`${modules}index.js`).importedIds.includes(id) ? 'more' : null),
  },
].map((group, i, { length }) => ({ ...group, priority: length - i }));

/** Files that load each other in a circle would meet names that have no value yet. */
function refuseCircles(files, end) {
  const next = new Map(
    files.map(({ fileName, imports: all }) => [
      fileName,
      all.flatMap((name) => (name.startsWith('#') ? built(imports[name]).map((side) => side + end) : name)),
    ]),
  );
  const visit = (file, path) => {
    if (path.includes(file)) throw new Error(`a circle of files: ${[...path, file].join(' > ')}`);
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
  };
  for (const { fileName } of files) visit(fileName, []);
}

/** All entries in one go: what two share is there once, and so is each class. */
async function bundle(names, external, output) {
  const build = await rolldown({
    cwd: root,
    input: inputOf(names),
    platform: 'neutral',
    external,
    treeshake: { moduleSideEffects: false },
    experimental: { attachDebugInfo: 'none' },
  });
  const { output: files } = await build.write({
    dir: `${root}dist`,
    comments: { jsdoc: false },
    minifyInternalExports: false,
    codeSplitting: { groups },
    ...output,
  });
  await build.close();
  refuseCircles(files, output.format === 'cjs' ? '.cjs' : '.js');
}

await bundle([...entries, ...programs], /^[^./]/, { format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' });
await bundle([...built(exports, '.cjs'), ...built(imports, '.cjs')], /^(?!@noble\/)[^./]/, {
  format: 'cjs',
  esModule: true,
  minify: { compress: { keepNames: { function: true, class: true } }, mangle: { keepNames: true }, codegen: true },
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
});
for (const name of built(exports, '.cjs')) {
  writeFileSync(`${root}dist/${name}.d.cts`, `export * from './${name.slice(name.lastIndexOf('/') + 1)}.js';\n`);
}

// The Angular CLI requires schematics by themselves, and redirects the packages they stand on to its own (`encapsulation`).
// What they need of this package they take from where it is installed.
const schematics = `${root}dist/schematics/`;
const doors = {
  [`${modules}index.js`]: self,
  [`${modules}meta/index.js`]: `${self}/meta`,
  [`${modules}protocol/index.js`]: `${self}/protocol`,
};
for (const name of ['ng-add', 'contract']) {
  const bundle = await rolldown({
    input: `${modules}schematics/${name}/index.js`,
    external: /^(@|rxjs)/,
    plugins: [
      {
        name: 'doors',
        resolveId(id, importer = '') {
          const door = doors[join(dirname(importer), id)];
          return door && { id: door, external: true };
        },
      },
    ],
  });
  await bundle.write({ file: `${schematics}${name}/index.js`, format: 'cjs' });
  await bundle.close();
}
cpSync(`${root}src/schematics`, schematics, { recursive: true, filter: (path) => !/\.(ts|md)$/.test(path) });
writeFileSync(`${schematics}package.json`, '{ "type": "commonjs" }\n');

// declarations that no entry leads to describe what is inside of the files
const declared = new Set(built(exports).map((name) => join(root, 'dist', `${name}.d.ts`)));
for (const path of declared) {
  for (const { fileName } of ts.preProcessFile(readFileSync(path, 'utf8')).importedFiles) {
    if (fileName.startsWith('.')) declared.add(join(dirname(path), fileName.replace(/\.ts$/, '.d.ts')));
  }
}
for (const name of readdirSync(`${root}dist`, { recursive: true })) {
  const path = join(root, 'dist', name);
  if (name.endsWith('.d.ts') && !declared.has(path)) rmSync(path);
}

rmSync(modules, { recursive: true });
// npm does so when it links a command, which in this repository it does once: `npx rxwamp` is to outlive the next build
for (const name of programs) chmodSync(`${root}dist/${name}.js`, 0o755);
