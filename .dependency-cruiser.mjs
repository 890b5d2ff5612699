// What src may import, types included. `npm run imports` holds it.

/** Rooms by rank, the lowest first. Imports go down or stay in the room; rooms of one rank do not import each other. */
const ranks = [
  ['protocol', 'async.ts'],
  ['serializers', 'auth'],
  ['payload', 'transports'],
  ['session'],
  ['client'],
  ['programs', 'flow', 'contract', 'meta', 'decorators', 'otel'],
  ['node'],
  ['index.ts'],
  ['router'],
  ['testing'],
  ['worker', 'inspector', 'angular', 'cli'], // users of the door, as any program
  ['schematics'], // run by the Angular CLI
];

/** Files that run under Node alone. */
const forNode = ['^src/cli/', '/node/', '[.]node[.]ts$'];

/** Packages, and where they may be imported. */
const packages = {
  rxjs: '^src/(?!protocol/)',
  ws: forNode,
  'cbor-x': '^src/serializers/',
  '@msgpack/msgpack': '^src/serializers/',
  '@noble/[a-z]+': '^src/(auth|payload)/',
  '@angular/core': '^src/angular/',
  '@angular-devkit/schematics': '^src/schematics/',
  '@schematics/angular': '^src/schematics/',
  '@opentelemetry/api': '^src/otel/',
  lit: '^src/inspector/',
  commander: '^src/cli/',
};

const anyOf = (names) => `^src/(${names.join('|').replaceAll('.', '[.]')})(/|$)`;
const inModules = (names) => `node_modules/(@types/)?(${names.join('|')})/`;

const rooms = ranks.flatMap((rank, index) =>
  rank.map((room) => ({
    room,
    barred: ranks
      .slice(index)
      .flat()
      .filter((other) => other !== room),
  })),
);

export default {
  forbidden: [
    { name: 'no circle', from: {}, to: { circular: true } },
    { name: 'no unknown room', from: { path: '^src/', pathNot: anyOf(ranks.flat()) }, to: {} },
    { name: 'nothing unresolved', from: {}, to: { couldNotResolve: true } },
    ...rooms.map(({ room, barred }) => ({
      name: `${room} imports downwards`,
      from: { path: anyOf([room]) },
      to: { path: anyOf(barred) },
    })),
    {
      name: 'types only', // what is not named is not bundled; merging identities names no way to prove one
      from: { path: anyOf(['session', 'client']) },
      to: {
        path: anyOf(['transports', 'serializers', 'auth']),
        pathNot: '^src/auth/identities[.]ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'Node in its place', from: { pathNot: forNode }, to: { dependencyTypes: ['core'] } },
    { name: 'no unknown package', from: {}, to: { path: 'node_modules/', pathNot: inModules(Object.keys(packages)) } },
    ...Object.entries(packages).map(([name, place]) => ({
      name: `${name} in its place`,
      from: { pathNot: place },
      to: { path: inModules([name]) },
    })),
  ].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['rxwamp-src', 'types', 'node', 'import'] },
  },
};
