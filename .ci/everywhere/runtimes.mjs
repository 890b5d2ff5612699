// The built package under each runtime that users may have: `npm run check:runtimes`, after `npm run build`. The runtimes come from
// npm, once, into node_modules/.cache. `-- --all` also runs all specs of Node under each Node, which takes long.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { check, freshProject, install, root } from '../pack.mjs';
import { table } from './table.mjs';

const runtimes = [
  ...['20.19.6', '22.23.3', '24.21.0', '26.10.0'].map((version) => ({ name: 'Node', package: 'node', version })),
  { name: 'Deno', package: 'deno', version: '2.9.6', args: ['run', '--allow-all'] },
  { name: 'Bun', package: 'bun', version: '1.4.5' },
];

/** The path of a runtime, installed if it is not there. */
function binaryOf({ package: name, version }) {
  const folder = join(root, 'node_modules', '.cache', 'runtimes', `${name}-${version}`);
  if (!existsSync(folder)) {
    rmSync(`${folder}.new`, { recursive: true, force: true });
    mkdirSync(`${folder}.new`, { recursive: true });
    install(`${folder}.new`, `${name}@${version}`);
    renameSync(`${folder}.new`, folder);
  }
  return join(folder, 'node_modules', '.bin', name);
}

function run(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 1_800_000,
    ...options,
  });
  if (error) return { ok: false, lines: [], text: error.message };
  return { ok: status === 0, lines: stdout.trimEnd().split('\n'), text: `${stdout}${stderr}`.trim() };
}

const project = freshProject('runtimes', { type: 'module' }, 'rxjs@7');
for (const file of ['smoke.mjs', 'secured.mjs']) cpSync(join(root, '.ci', 'everywhere', file), join(project, file));

const rows = [];
let head = [];
for (const runtime of runtimes) {
  const { name, version, args = [] } = runtime;
  const binary = binaryOf(runtime);
  const { ok, lines, text } = run(binary, [...args, 'smoke.mjs'], { cwd: project });
  let parts = {};
  try {
    parts = JSON.parse(lines.at(-1));
  } catch {
    // it broke off: what it printed says why
  }
  const broken = Object.entries(parts).filter(([, came]) => came !== 'yes');
  const problems = broken.map(([part, came]) => `${part}: ${came}`);
  check(`${name} ${version}`, ok && Object.keys(parts).length > 0 ? problems : text.split('\n'));
  if (Object.keys(parts).length > 0) head = ['runtime', ...Object.keys(parts)];
  rows.push([`${name} ${version}`, ...Object.values(parts).map((came) => (came === 'yes' ? 'yes' : 'no'))]);
  if (process.argv.includes('--all') && name === 'Node') {
    // processes that specs start are to be of the same Node
    const PATH = `${dirname(binary)}${delimiter}${process.env.PATH}`;
    const specs = run('npm', ['run', '--silent', 'test:node'], { cwd: root, env: { ...process.env, PATH } });
    check(`${name} ${version}: specs, ${specs.lines.at(-1)}`, specs.ok ? [] : specs.text.split('\n'));
  }
}
await table('runtimes', head, rows);
