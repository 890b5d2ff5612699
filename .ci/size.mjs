// What a program pays for the library in a browser: bundled by esbuild through the package's own name, minified, with
// gzip, peers outside. A row with a budget fails above it; every row fails when something leaks in that the program
// did not ask for. Bundles carry what they import, so a leak is a wrong import, not a missing optimisation.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';
import { rolldown } from 'rolldown';

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
const never = [/^node:/, /\bnode_modules\/ws\//, /\.node\.js$/, /^dist\/(cli|(.+\/)?node)\//];
const router = /^dist\/(chunks\/)?(router|testing)\b/;
const cbor = /cbor/;
const msgpack = /msgpack/;
const inspector = /^dist\/(inspector\/|chunks\/view-)|\bnode_modules\/(lit|@lit)/;
const e2ee = /@noble\/ciphers|^dist\/payload\//;

const rows = [
  {
    name: 'rxwamp: subscribe and call',
    program: client("url: 'wss://router.example/ws'"),
    // what the whole contract costs today: a class's methods are not shaken out. It may shrink, not grow unseen.
    budget: 23_650,
    leaks: [...never, router, inspector, cbor, msgpack, e2ee, /rawsocket|angular|decorators|flow|contract/],
    once: true,
  },
  {
    name: 'rxwamp: everything',
    program: "export * from 'rxwamp';",
    leaks: [...never, router, inspector, cbor, msgpack, e2ee, /angular/],
  },
  { name: 'with rxwamp/cbor', program: serialized('cbor'), leaks: [...never, router, msgpack] },
  { name: 'with rxwamp/msgpack', program: serialized('msgpack'), leaks: [...never, router, cbor] },
  {
    name: 'rxwamp/protocol',
    program: "export * from 'rxwamp/protocol';",
    leaks: [/^(?!dist\/(chunks\/protocol-|protocol\/))/],
  },
  // every other entry for browsers, whole; one that is new shows up by itself
  ...Object.keys(manifest.exports)
    .filter((entry) => !/^\.$|\.json$|\/(node|cbor|msgpack|protocol)$/.test(entry))
    .map((entry) => ({
      name: manifest.name + entry.slice(1),
      program: `export * from '${manifest.name}${entry.slice(1)}';`,
      leaks: [
        ...never,
        ...(/router|testing/.test(entry) ? [] : [router]),
        ...(entry === './inspector' ? [] : [inspector]),
        cbor,
        msgpack,
      ],
    })),
];

const dialled = (serializer) =>
  `transports: [webSocket({ url: 'wss://router.example/ws', serializers: [${serializer}] })]`;
/** What each part adds to the smallest program: its name, options that use it, what they import from where, a ceiling. */
const parts = [
  ['ticket()', "auth: [ticket({ authid: 'joe', ticket: 's' })]", { rxwamp: 'ticket' }, 1_150],
  ['wampcra()', "auth: [wampcra({ authid: 'joe', secret: 's' })]", { rxwamp: 'wampcra' }, 5_400],
  ['scram()', "auth: [scram({ authid: 'joe', password: 's' })]", { rxwamp: 'scram' }, 12_000],
  ['cryptosign()', "auth: [cryptosign({ privateKey: 'k' })]", { rxwamp: 'cryptosign' }, 17_000],
  [
    'longPoll()',
    "transports: [webSocket({ url: 'x' }), longPoll({ url: 'y' })]",
    { rxwamp: 'webSocket, longPoll' },
    2_400,
  ],
  ['sharedWorker()', 'transports: [sharedWorker({ worker: f })]', { rxwamp: 'sharedWorker' }, 1_000],
  ['cbor()', dialled('cbor()'), { rxwamp: 'webSocket', 'rxwamp/cbor': 'cbor' }, 13_500],
  ['msgpack()', dialled('msgpack()'), { rxwamp: 'webSocket', 'rxwamp/msgpack': 'msgpack' }, 7_600],
  ['batched(json())', dialled('batched(json())'), { rxwamp: 'webSocket, batched, json' }, 1_150],
  ['passthru()', 'interceptors: [passthru({ codecs: [] })]', { 'rxwamp/e2ee': 'passthru' }, 4_100],
  ['payloadCodec()', 'interceptors: [payloadCodec({})]', { 'rxwamp/e2ee': 'payloadCodec' }, 1_100],
  ['history()', 'use: history(0)', { 'rxwamp/flow': 'history' }, 2_100],
  ['withHistory()', 'use: withHistory(0)', { 'rxwamp/flow': 'withHistory' }, 2_600],
  ['publisher()', 'use: publisher(0)', { 'rxwamp/flow': 'publisher' }, 1_150],
  ['topic()', 'use: topic(0)', { 'rxwamp/flow': 'topic' }, 550],
  ['conflate()', 'use: conflate()', { 'rxwamp/flow': 'conflate' }, 600],
  ['rpc()', 'use: rpc(0)', { 'rxwamp/contract': 'rpc' }, 700],
  ['validated()', 'use: validated(0, contract({}))', { 'rxwamp/contract': 'contract, validated' }, 2_000],
  ['sessions$()', 'use: sessions$(0)', { 'rxwamp/meta': 'sessions$' }, 2_500],
  ['testament()', 'use: testament(0)', { 'rxwamp/meta': 'testament' }, 800],
  ['uriPattern()', 'use: uriPattern(0)', { rxwamp: 'uriPattern' }, 1_400],
  ['bind()', 'use: [bind, Procedure, Topic]', { 'rxwamp/decorators': 'bind, Procedure, Topic' }, 3_800],
];

/** What applications with Angular use of it, and the most that this may add to the client alone. */
const angular = [
  ['provideWamp, injectWamp', 1_500],
  ['provideWamp, injectWampStatus, topicResource, callResource', 2_700],
  ['provideWamp, injectWamp, injectWampStatus, topicResource, callResource, injectCall', 3_000],
  ['provideWamp, withAuth, withErrorHandler, withConnect, withServer', 2_000],
  ['provideWamp, whenJoined, resolveCall, injectProcedure', 2_100],
];
/** As Angular's CLI builds for browsers; what is loaded later, where it is used, does not count. */
const byAngular = {
  define: { ngDevMode: 'false', ngServerMode: 'false' },
  plugins: [
    {
      name: 'loaded later',
      setup: ({ onResolve }) =>
        onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : null)),
    },
  ],
};

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
    external: ['rxjs', 'rxjs/*', 'lit/*', '@angular/*', 'node:*'],
    metafile: true,
    outdir: root,
    logLevel: 'silent',
    ...more,
  });
const zipped = (file) => gzipSync(file.contents, { level: 9 }).length;

/** One file, also where a bundler splits: what could be loaded later would be a chunk in the build of each program. */
async function oneFile(program) {
  const { outputFiles } = await bundled(program, { splitting: true });
  const file = `${root}program.js`;
  const build = await rolldown({
    cwd: root,
    input: file,
    platform: 'browser',
    external: /^rxjs/,
    plugins: [
      { name: 'program', resolveId: (id) => (id === file ? id : null), load: (id) => (id === file ? program : null) },
    ],
  });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  return Object.entries({ esbuild: outputFiles, rolldown: output })
    .filter(([, files]) => files.length !== 1)
    .map(([bundler, files]) => `${bundler} makes ${files.length} files of it`);
}

/** A table of what each part adds. */
async function tabulate() {
  const sizeOf = async (program) => zipped((await bundled(program, {})).outputFiles[0]);
  const base = await sizeOf(client("url: 'wss://router.example/ws'"));
  let fits = true;
  console.log('\nadded to subscribe and call, each by itself:');
  for (const [name, options, imports, ceiling] of parts) {
    const lines = Object.entries(imports).map(([from, names]) => `import { ${names} } from '${from}';`);
    const url = options.startsWith('transports') ? '' : "url: 'wss://router.example/ws', ";
    const program = client(url + options, lines.join(' '));
    const added = (await sizeOf(program)) - base;
    const problems = await oneFile(program);
    if (added > ceiling) problems.push(`${added - ceiling} B above its ceiling`);
    console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '} ${`${added} B of ${ceiling}`.padStart(16)}  ${name}`);
    for (const problem of problems) console.log(`       ${problem}`);
    if (problems.length > 0) fits = false;
  }
  console.log('\nadded to the client by an application with Angular:');
  for (const [names, ceiling] of angular) {
    const program = `import { ${names} } from 'rxwamp/angular'; console.log(${names});`;
    const added = zipped((await bundled(program, byAngular)).outputFiles[0]) - base;
    if (added > ceiling) fits = false;
    console.log(`${added > ceiling ? 'FAIL' : 'ok  '} ${`${added} B of ${ceiling}`.padStart(16)}  ${names}`);
  }
  return fits;
}

async function measure({ name, program, budget, leaks, once = false }) {
  const { outputFiles, metafile } = await bundled(program, {});
  const bytes = zipped(outputFiles[0]);
  const inputs = Object.entries(Object.values(metafile.outputs)[0].inputs)
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .sort((a, b) => b.bytes - a.bytes);
  const loaded = [...Object.keys(metafile.inputs), ...builtins(metafile)].filter((path) => path !== '<stdin>');
  const leaked = [...new Set(loaded.filter((path) => leaks.some((leak) => leak.test(path))))];
  const problems = leaked.map((path) => `${path} has leaked in`);
  if (once) problems.push(...(await oneFile(program)));
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
