// How a spec starts a process of Node that runs the sources.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Options of Node; the same ones for all, since coverage adds up only where each file was compiled in one way. */
export const FROM_SOURCE = [
  '--disable-warning=DEP0205', // of Node 26, for module.register(), which tsx and source.mjs call
  '--conditions=rxwamp-src',
  `--import=${import.meta.resolve('tsx')}`,
  `--import=${root}.ci/source.mjs`,
];

/** The command line, to be appended to by its arguments. */
export const COMMAND = [...FROM_SOURCE, `${root}src/cli/main.ts`];

let bundled: readonly string[] | undefined;

/**
 * The same, bundled once by each process that runs specs: it starts three times as fast as two hundred files of source.
 * Where coverage is counted it is the sources, whose lines are to be counted.
 */
export function bundledCommand(): readonly string[] {
  if (process.env['NODE_V8_COVERAGE'] !== undefined) return COMMAND;
  return (bundled ??= [bundleCommand()]);
}

function bundleCommand(): string {
  mkdirSync(`${root}spec/.cache`, { recursive: true });
  const folder = mkdtempSync(`${root}spec/.cache/command-`);
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  buildSync({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir: folder,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    conditions: ['rxwamp-src'],
    sourcemap: 'inline',
  });
  return `${folder}/main.js`;
}
