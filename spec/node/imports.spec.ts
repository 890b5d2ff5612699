// The rules of .dependency-cruiser.mjs, which `npm run imports` holds src to, tried on planted breaches: a rule that stopped
// seeing anything is noticed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Report {
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** The breaches in a folder with these files, each as `rule: from → to`. */
function breaches(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'rxwamp-imports-'));
  try {
    for (const [name, text] of Object.entries({ 'tsconfig.json': '{}', ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [program, '--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', 'src'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const { summary } = JSON.parse(stdout) as Report;
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the rules of imports', () => {
  it('name every breach', () => {
    expect(
      breaches({
        'package.json': JSON.stringify({ dependencies: { ws: '1.0.0', 'left-pad': '1.0.0' } }),
        'node_modules/ws/index.js': '',
        'node_modules/left-pad/index.js': '',
        'src/protocol/a.ts': "import type { B } from '../session/b.ts';\nexport type A = B;",
        'src/session/b.ts': "export { c } from '../transports/c.ts';\nexport type B = 1;",
        'src/transports/c.ts': "import 'ws';\nimport '../payload/d.ts';\nexport const c = await import('node:fs');",
        'src/payload/d.ts': "import 'left-pad';\nimport '../nowhere.ts';",
        'src/client/e.ts': "import type { F } from './f.ts';\nexport type E = F;",
        'src/client/f.ts': "import type { E } from './e.ts';\nexport type F = E;",
        'src/index.ts': "import './router/g.ts';",
        'src/router/g.ts': '',
        'src/attic/h.ts': "import '../index.ts';",
      }),
    ).toEqual([
      'Node in its place: src/transports/c.ts → fs',
      'index.ts imports downwards: src/index.ts → src/router/g.ts',
      'no circle: src/client/e.ts → src/client/f.ts',
      'no unknown package: src/payload/d.ts → node_modules/left-pad/index.js',
      'no unknown room: src/attic/h.ts → src/index.ts',
      'nothing unresolved: src/payload/d.ts → ../nowhere.ts',
      'protocol imports downwards: src/protocol/a.ts → src/session/b.ts',
      'transports imports downwards: src/transports/c.ts → src/payload/d.ts',
      'types only: src/session/b.ts → src/transports/c.ts',
      'ws in its place: src/transports/c.ts → node_modules/ws/index.js',
    ]);
  });

  it('let pass what is allowed', () => {
    expect(
      breaches({
        'package.json': JSON.stringify({ dependencies: { ws: '1.0.0', rxjs: '1.0.0' } }),
        'node_modules/ws/index.js': '',
        'node_modules/rxjs/index.js': '',
        'src/protocol/a.ts': "export * from './b.ts';",
        'src/protocol/b.ts': 'export type B = 1;',
        'src/transports/socket.node.ts': "import 'ws';\nimport 'node:net';",
        'src/transports/websocket.ts': "import 'rxjs';\nimport './socket.node.ts';\nexport type T = 1;",
        'src/client/c.ts': "import type { T } from '../transports/websocket.ts';\nexport type C = T;",
        'src/index.ts': "export * from './client/c.ts';",
        'src/router/node/serve.ts': "import 'node:http';\nimport '../../transports/websocket.ts';",
        'src/angular/d.ts': "import '../index.ts';",
        'src/cli/main.ts': "import 'node:util';\nimport '../index.ts';",
      }),
    ).toEqual([]);
  });
});
