// What a program pays for the library in a browser: bundled by esbuild through the package's own name, minified, with
// gzip, peers outside. A row with a budget fails above it; every row fails when something leaks in that the program
// did not ask for. Bundles carry what they import, so a leak is a wrong import, not a missing optimisation.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
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
  /^dist\/(router|testing)\//,
  /^dist\/(cli|node|(router|testing)\/node)\b/,
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
      leaks: [
        ...(/\/(router|testing)$/.test(entry) ? never.filter((leak) => !leak.test('dist/router/')) : never),
        cbor,
        msgpack,
      ],
    })),
];

const dialled = (serializer) =>
  `transports: [webSocket({ url: 'wss://router.example/ws', serializers: [${serializer}] })]`;
/** What each part adds to the smallest program: its name, options that use it, what they import from where, a ceiling. */
const parts = [
  ['ticket()', "auth: [ticket({ authid: 'joe', ticket: 's' })]", { rxwamp: 'ticket' }, 850],
  ['wampcra()', "auth: [wampcra({ authid: 'joe', secret: 's' })]", { rxwamp: 'wampcra' }, 1_600],
  ['scram()', "auth: [scram({ authid: 'joe', password: 's' })]", { rxwamp: 'scram' }, 4_000],
  ['cryptosign()', "auth: [cryptosign({ privateKey: 'k' })]", { rxwamp: 'cryptosign' }, 2_400],
  [
    'longPoll()',
    "transports: [webSocket({ url: 'x' }), longPoll({ url: 'y' })]",
    { rxwamp: 'webSocket, longPoll' },
    2_100,
  ],
  ['sharedWorker()', 'transports: [sharedWorker({ worker: f })]', { rxwamp: 'sharedWorker' }, 1_000],
  ['cbor()', dialled('cbor()'), { rxwamp: 'webSocket', 'rxwamp/cbor': 'cbor' }, 13_500],
  ['msgpack()', dialled('msgpack()'), { rxwamp: 'webSocket', 'rxwamp/msgpack': 'msgpack' }, 7_600],
  ['batched(json())', dialled('batched(json())'), { rxwamp: 'webSocket, batched, json' }, 1_000],
  ['passthru()', 'interceptors: [passthru({ codecs: [] })]', { rxwamp: 'passthru' }, 4_100],
  ['payloadCodec()', 'interceptors: [payloadCodec({})]', { rxwamp: 'payloadCodec' }, 1_100],
  ['history()', 'use: history(0)', { rxwamp: 'history' }, 2_100],
  ['withHistory()', 'use: withHistory(0)', { rxwamp: 'withHistory' }, 2_600],
  ['publisher()', 'use: publisher(0)', { rxwamp: 'publisher' }, 1_000],
  ['topic()', 'use: topic(0)', { rxwamp: 'topic' }, 400],
  ['conflate()', 'use: conflate()', { rxwamp: 'conflate' }, 500],
  ['rpc()', 'use: rpc(0)', { rxwamp: 'rpc' }, 700],
  ['validated()', 'use: validated(0, contract({}))', { rxwamp: 'contract, validated' }, 2_000],
  ['sessions$()', 'use: sessions$(0)', { 'rxwamp/meta': 'sessions$' }, 2_500],
  ['testament()', 'use: testament(0)', { 'rxwamp/meta': 'testament' }, 800],
  ['uriPattern()', 'use: uriPattern(0)', { rxwamp: 'uriPattern' }, 1_400],
  ['bind()', 'use: [bind, Procedure, Topic]', { 'rxwamp/decorators': 'bind, Procedure, Topic' }, 3_800],
];

/** Node's built-ins stand in the metafile as imports that stay outside. */
const builtins = ({ inputs }) =>
  Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ path, external }) => external && path.startsWith('node:')).map(({ path }) => path),
  );

const bundled = (program, more) =>
  esbuild.build({
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
    outdir: root,
    logLevel: 'silent',
    ...more,
  });
const zipped = (file) => gzipSync(file.contents, { level: 9 }).length;

/** Bytes that a program loads at once, those of the chunks that it may load later, and cryptography that comes too early. */
async function loads(program) {
  const { outputFiles, metafile } = await bundled(program, { splitting: true });
  const sizes = new Map(outputFiles.map((file) => [relative(root, file.path), zipped(file)]));
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined);
  // esbuild writes chunks for imports in functions that are not in the bundle, too: what counts is what can be reached
  const reached = (from, ...kinds) => {
    const all = new Set(from);
    for (const path of all) {
      for (const next of metafile.outputs[path].imports) {
        if (kinds.includes(next.kind) && sizes.has(next.path)) all.add(next.path);
      }
    }
    return all;
  };
  const sum = (paths) => [...paths].reduce((all, path) => all + sizes.get(path), 0);
  const now = reached([entry], 'import-statement');
  const atOnce = sum(now);
  const early = [...now]
    .flatMap((path) => Object.keys(metafile.outputs[path].inputs))
    .filter((path) => /@noble/.test(path));
  return { atOnce, later: sum(reached(now, 'import-statement', 'dynamic-import')) - atOnce, early };
}

/** A table of what each part adds. */
async function tabulate() {
  const base = await loads(client("url: 'wss://router.example/ws'"));
  let fits = true;
  console.log('\nadded to subscribe and call, each by itself:');
  for (const [name, options, imports, ceiling] of parts) {
    const lines = Object.entries(imports).map(([from, names]) => `import { ${names} } from '${from}';`);
    const url = options.startsWith('transports') ? '' : "url: 'wss://router.example/ws', ";
    const { atOnce, later, early } = await loads(client(url + options, lines.join(' ')));
    const added = atOnce - base.atOnce;
    const lazy = later > base.later ? `, and up to ${later - base.later} B when it is used` : '';
    const fine = added <= ceiling && early.length === 0;
    console.log(`${fine ? 'ok  ' : 'FAIL'} ${`${added} B of ${ceiling}`.padStart(16)}  ${name}${lazy}`);
    for (const path of early) console.log(`       ${path} is loaded before it is needed`);
    if (!fine) fits = false;
  }
  return fits;
}

async function measure({ name, program, budget, leaks }) {
  const { outputFiles, metafile } = await bundled(program, {});
  const bytes = zipped(outputFiles[0]);
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
if (!(await tabulate())) process.exitCode = 1;
