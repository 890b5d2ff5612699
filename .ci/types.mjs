// Type-checks src and spec as one program (what `@ts-expect-error` in a spec promises is checked there), then the demo's
// projects, those with Angular templates by Angular's compiler. The demo reads the built library: `npm run build` first.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoProjects } from './demos.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const programs = [
  ['tsc', 'tsconfig.json'],
  ...demoProjects.map((project) => [
    readFileSync(join(root, project), 'utf8').includes('"angularCompilerOptions"') ? 'ngc' : 'tsc',
    project,
  ]),
];
for (const [compiler, project] of programs) {
  const args = ['-p', project, '--noEmit'];
  const { status } = spawnSync(join(root, 'node_modules', '.bin', compiler), args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${compiler} -p ${project}`);
  if (status !== 0) process.exitCode = 1;
}
