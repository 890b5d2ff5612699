// The shape of src: which room may import which, no cycles, no long files, no console. Each rule is first tried on a
// planted breach, so that a rule which stopped seeing anything is noticed.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Rooms by rank: imports go down, or stay in the room. Rooms of one rank do not know each other. */
const ranks: Record<string, number> = {
  protocol: 0,
  asking: 0,
  serializers: 1,
  auth: 1,
  payload: 2,
  transports: 2,
  session: 3,
  client: 4,
  flow: 4,
  meta: 5,
  proxy: 5,
  contract: 5,
  decorators: 5,
  otel: 5,
  node: 5,
  testing: 5,
  'index.ts': 6, // the door
  angular: 7, // users of the door, like any program
  worker: 7,
  cli: 7,
};

/** Rooms that know concrete transports, serializers and authenticators as types alone: what is not named is not bundled. */
const typesOnly: Record<string, readonly string[]> = {
  session: ['transports', 'serializers', 'auth'],
  client: ['transports', 'serializers', 'auth'],
};

const forNode = /^(node\/|cli\/|testing\/node(\/|[^/]*\.ts$)|transports\/.*\.node\.ts$)/;

/** Packages, and where they may be imported. Everything not in this table is a breach. */
const packages: readonly (readonly [name: RegExp, where: RegExp])[] = [
  [/^rxjs(\/|$)/, /^(?!protocol\/)/],
  [/^node:/, forNode],
  [/^ws$/, forNode],
  [/^cbor-x\//, /^serializers\/cbor\.ts$/],
  [/^@msgpack\/msgpack$/, /^serializers\/msgpack\.ts$/],
  [/^@angular\//, /^angular\//],
  [/^@opentelemetry\/api$/, /^otel\//],
  [/^commander$/, /^cli\//],
  [/^@noble\//, /^(auth|payload)\//],
];

/** `#websocket` and the like are one of two files, by package.json's "imports". */
const internal: Record<string, readonly string[]> = {
  '#websocket': ['transports/socket.browser.ts', 'transports/socket.node.ts'],
  '#base64': ['serializers/base64.browser.ts', 'serializers/base64.node.ts'],
  '#primitives': ['auth/primitives.browser.ts', 'auth/primitives.node.ts'],
};

const maxLines = 320;

type Sources = ReadonlyMap<string, string>; // path below src → text
interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Files below src, or nothing for a package. */
  readonly targets: readonly string[];
}

const room = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file);

/** Parsed once: coverage makes the compiler slow, and several rules look at each file. */
const parsed = new Map<string, ts.SourceFile>();
function parse(file: string, text: string): ts.SourceFile {
  const source = parsed.get(text) ?? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
  parsed.set(text, source);
  return source;
}

function targetsOf(file: string, specifier: string): readonly string[] {
  if (!specifier.startsWith('.')) return internal[specifier] ?? [];
  return [posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/\.js$/, '.ts')];
}

/** Every import of a file: static, dynamic, re-exports, and `import('…')` in types. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    found.push({ file, specifier: node.text, typeOnly, targets: targetsOf(file, node.text) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // `import { type A }` is no type-only import: the module is loaded all the same
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file, text));
  return found;
}

const allImports = (sources: Sources): Import[] => [...sources].flatMap(([file, text]) => importsOf(file, text));

/** Breaches of one import, as sentences. */
function judge({ file, specifier, typeOnly, targets }: Import, sources: Sources): string[] {
  const says = (why: string): string => `src/${file} imports '${specifier}': ${why}`;
  const from = room(file);
  const rank = ranks[from];
  if (rank === undefined) return [`src/${file}: no such room; there are ${Object.keys(ranks).join(', ')}`];
  if (targets.length === 0) {
    const rule = packages.find(([name]) => name.test(specifier));
    if (!rule) return [says('no package that src knows')];
    return rule[1].test(file) ? [] : [says(`this package has its place in ${rule[1].source}`)];
  }
  return targets.flatMap((target) => {
    const to = room(target);
    const targetRank = ranks[to];
    if (!sources.has(target)) return [says(`there is no src/${target}`)];
    if (targetRank === undefined) return [says(`${to} is no room`)];
    if (to === from) return [];
    if (targetRank > rank) return [says(`${to} (rank ${targetRank}) is above ${from} (rank ${rank})`)];
    if (targetRank === rank) return [says(`${to} and ${from} have one rank, ${rank}, and do not know each other`)];
    if (!typeOnly && typesOnly[from]?.includes(to)) return [says(`${from} knows ${to} as types: use \`import type\``)];
    return [];
  });
}

const breaches = (sources: Sources): string[] => [
  ...new Set([
    ...[...sources.keys()].filter((file) => ranks[room(file)] === undefined).map((file) => `src/${file}: no such room`),
    ...allImports(sources).flatMap((found) => judge(found, sources)),
  ]),
];

/** Cycles between files at run time, each as the list of its files. */
function cycles(sources: Sources): string[] {
  const graph = new Map<string, Set<string>>();
  for (const { file, typeOnly, targets } of allImports(sources)) {
    const edges = graph.get(file) ?? new Set();
    if (!typeOnly) for (const target of targets) edges.add(target);
    graph.set(file, edges);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].map((name) => `src/${name}`).join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

const longFiles = (sources: Sources): string[] =>
  [...sources]
    .map(([file, text]) => ({ file, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ file, lines }) => `src/${file} has ${lines} lines, more than ${maxLines}`);

function consoleUses(sources: Sources): string[] {
  const found: string[] = [];
  for (const [file, text] of sources) {
    if (room(file) === 'cli') continue;
    const source = parse(file, text);
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node) && /^(globalThis\.)?console$/.test(node.expression.getText(source))) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
        found.push(`src/${file}:${line + 1} uses ${node.getText(source)}`);
      }
      ts.forEachChild(node, visit);
    };
    if (text.includes('console')) visit(source);
  }
  return found;
}

const src = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');
const real: Sources = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [relative(src, join(src, file)).replaceAll(sep, '/'), readFileSync(join(src, file), 'utf8')]),
);
const planted = (files: Record<string, string>): Sources => new Map(Object.entries(files));

describe('architecture', () => {
  it('finds the sources', () => {
    expect(real.has('index.ts')).withContext('src/index.ts').toBeTrue();
    for (const name of ['protocol', 'serializers', 'transports', 'session', 'client', 'testing']) {
      expect([...real.keys()].some((file) => room(file) === name))
        .withContext(`src/${name}`)
        .toBeTrue();
    }
    expect(allImports(real).length).toBeGreaterThan(10);
  });

  describe('imports only go down', () => {
    it('in src', () => {
      expect(breaches(real)).toEqual([]);
    });

    it('and a breach is named', () => {
      const sources = planted({
        'protocol/a.ts': "import type { B } from '../session/b.ts';\nimport { of } from 'rxjs';",
        'session/b.ts': "import { c } from '../transports/c.ts';\nexport * from '../auth/d.ts';",
        'transports/c.ts': "import ws from 'ws';\nconst x = await import('node:fs');\nimport '../payload/e.ts';",
        'auth/d.ts': "import type { X } from '../nowhere.ts';",
        'payload/e.ts': "let x: import('../index.ts').X; import 'left-pad';",
        'index.ts': "export * from './angular/f.ts';",
        'angular/f.ts': "import { Injectable } from '@angular/core'; import '../index.ts';",
        'attic/g.ts': '',
      });

      expect(breaches(sources)).toEqual([
        'src/attic/g.ts: no such room',
        "src/protocol/a.ts imports '../session/b.ts': session (rank 3) is above protocol (rank 0)",
        "src/protocol/a.ts imports 'rxjs': this package has its place in ^(?!protocol\\/)",
        "src/session/b.ts imports '../transports/c.ts': session knows transports as types: use `import type`",
        "src/session/b.ts imports '../auth/d.ts': session knows auth as types: use `import type`",
        jasmine.stringMatching(/^src\/transports\/c.ts imports 'ws': this package has its place in /),
        jasmine.stringMatching(/^src\/transports\/c.ts imports 'node:fs': this package has its place in /),
        "src/transports/c.ts imports '../payload/e.ts': payload and transports have one rank, 2, and do not know each other",
        "src/auth/d.ts imports '../nowhere.ts': there is no src/nowhere.ts",
        "src/payload/e.ts imports '../index.ts': index.ts (rank 6) is above payload (rank 2)",
        "src/payload/e.ts imports 'left-pad': no package that src knows",
        "src/index.ts imports './angular/f.ts': angular (rank 7) is above index.ts (rank 6)",
      ]);
    });

    it('and what is allowed passes', () => {
      const sources = planted({
        'protocol/a.ts': "export * from './b.ts';",
        'protocol/b.ts': '',
        'transports/socket.browser.ts': "import { a } from '../protocol/a.ts'; import { of } from 'rxjs';",
        'transports/socket.node.ts': "import { WebSocket } from 'ws'; import 'node:net';",
        'transports/websocket.ts': "import { WebSocket } from '#websocket';",
        'client/c.ts': "import type { T } from '../transports/websocket.ts';",
        'testing/node.ts': "import 'node:http'; import '../transports/websocket.ts'; import './router.ts';",
        'testing/router.ts': '',
        'index.ts': "import './client/c.ts';",
        'angular/i.ts': "import '../index.ts'; import '@angular/core';",
        'cli/main.ts': "import { parseArgs } from 'node:util'; import '../index.ts';",
      });

      expect(breaches(sources)).toEqual([]);
    });
  });

  describe('no file imports itself in a circle', () => {
    it('in src', () => {
      expect(cycles(real)).toEqual([]);
    });

    it('and a circle is named; types are free', () => {
      const sources = planted({
        'client/a.ts': "import './b.ts';",
        'client/b.ts': "export { x } from './c.ts';",
        'client/c.ts': "import { type A } from './a.ts';",
        'client/d.ts': "import type { E } from './e.ts';",
        'client/e.ts': "import { D } from './d.ts';",
      });

      expect(cycles(sources)).toEqual(['src/client/a.ts → src/client/b.ts → src/client/c.ts → src/client/a.ts']);
    });
  });

  describe(`no file is longer than ${maxLines} lines`, () => {
    it('in src', () => {
      expect(longFiles(real)).toEqual([]);
    });

    it('and a long one is named', () => {
      expect(longFiles(planted({ 'client/a.ts': '//\n'.repeat(320), 'client/b.ts': '//\n'.repeat(321) }))).toEqual([
        'src/client/b.ts has 321 lines, more than 320',
      ]);
    });
  });

  describe('only the command line writes to the console', () => {
    it('in src', () => {
      expect(consoleUses(real)).toEqual([]);
    });

    it('and a use is named', () => {
      const text = '// console.log\nglobalThis.console.warn(1); f(console.log);';

      expect(consoleUses(planted({ 'client/a.ts': text, 'cli/main.ts': text }))).toEqual([
        'src/client/a.ts:2 uses globalThis.console.warn',
        'src/client/a.ts:2 uses console.log',
      ]);
    });
  });
});
