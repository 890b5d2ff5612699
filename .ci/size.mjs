// What a program pays for the library in a browser: bundled by esbuild through the package's own name, minified, with
// gzip, peers outside. A row with a budget fails above it; every row fails when something leaks in that the program
// did not ask for. Bundles carry what they import, so a leak is a wrong import, not a missing optimisation.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const client = (options, imports = '') => `
  import { WampClient } from 'rxwamp';
  ${imports}
  const wamp = new WampClient({ realm: 'realm1', ${options} });
  wamp.subscribe('com.app.topic').subscribe((event) => console.log(event.value));
  wamp.call('com.app.add', [1, 2]).subscribe((result) => console.log(result.value));
`;
const serialized = (name) =>
  client(
    `transports: [webSocket({ url: 'wss://router.example/ws', serializers: [${name}()] })]`,
    `import { webSocket } from 'rxwamp'; import { ${name} } from 'rxwamp/${name}';`,
  );

/** Never in a browser, whatever the entry. */
const never = [
  /^node:/,
  /\bnode_modules\/ws\//,
  /\.node\.js$/,
  /^dist\/testing\//,
  /^dist\/(cli|node|testing\/node)\b/,
];
const cbor = /cbor/;
const msgpack = /msgpack/;
/** Brings its cryptography. */
const e2ee = /^dist\/payload\/(box|ciphers|e2ee|keyring|keys)\./;

const rows = [
  {
    name: 'rxwamp: subscribe and call',
    program: client("url: 'wss://router.example/ws'"),
    // what the whole contract costs today: a class's methods are not shaken out. It may shrink, not grow unseen.
    budget: 20_600,
    leaks: [...never, cbor, msgpack, e2ee, /rawsocket|angular|decorators/],
  },
  { name: 'rxwamp: everything', program: "export * from 'rxwamp';", leaks: [...never, cbor, msgpack, e2ee, /angular/] },
  { name: 'with rxwamp/cbor', program: serialized('cbor'), leaks: [...never, msgpack] },
  { name: 'with rxwamp/msgpack', program: serialized('msgpack'), leaks: [...never, cbor] },
  {
    name: 'rxwamp/protocol',
    program: "export * from 'rxwamp/protocol';",
    leaks: [/^(?!dist\/protocol\/)/],
  },
  // every other entry for browsers, whole; one that is new shows up by itself
  ...Object.keys(manifest.exports)
    .filter((entry) => !/^\.$|\.json$|\/(node|cbor|msgpack|protocol)$/.test(entry))
    .map((entry) => ({
      name: manifest.name + entry.slice(1),
      program: `export * from '${manifest.name}${entry.slice(1)}';`,
      leaks: [...(entry === './testing' ? never.filter((leak) => !leak.test('dist/testing/')) : never), cbor, msgpack],
    })),
];

/** Node's built-ins stand in the metafile as imports that stay outside. */
const builtins = ({ inputs }) =>
  Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ path, external }) => external && path.startsWith('node:')).map(({ path }) => path),
  );

async function measure({ name, program, budget, leaks }) {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: program, resolveDir: root, loader: 'js' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['rxjs', 'rxjs/*', '@angular/*', 'node:*'],
    metafile: true,
    outfile: 'bundle.js',
    logLevel: 'silent',
  });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  const inputs = Object.entries(Object.values(metafile.outputs)[0].inputs)
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .sort((a, b) => b.bytes - a.bytes);
  const loaded = [...Object.keys(metafile.inputs), ...builtins(metafile)].filter((path) => path !== '<stdin>');
  const leaked = [...new Set(loaded.filter((path) => leaks.some((leak) => leak.test(path))))];
  const problems = leaked.map((path) => `${path} has leaked in`);
  if (budget !== undefined && bytes > budget) problems.push(`${bytes - budget} B above the budget`);
  const limit = budget === undefined ? '' : ` of ${budget}`;
  console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '} ${`${bytes} B${limit}`.padStart(16)}  ${name}`);
  for (const problem of problems) console.log(`       ${problem}`);
  if (budget !== undefined) {
    console.log('       largest inputs, minified, before gzip:');
    for (const { path, bytes: size } of inputs.slice(0, 12))
      console.log(`       ${String(size).padStart(6)} B  ${path}`);
  }
  return problems.length === 0;
}

if (!existsSync(`${root}dist/index.js`)) {
  console.error('dist/index.js is not there: `npm run build` first');
  process.exit(1);
}
for (const row of rows) {
  try {
    if (!(await measure(row))) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAIL ${''.padStart(16)}  ${row.name}`);
    for (const { text, location } of error.errors ?? [{ text: error.message }]) {
      console.log(`       ${location ? `${location.file}:${location.line}: ` : ''}${text}`);
    }
  }
}
