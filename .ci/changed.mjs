// What differs from the last commit, and the specs that speak of it: `npm run check` looks at these alone.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(Boolean);

/** Files that were changed or added, not those that were removed. */
export function changedFiles() {
  const files = [...git('diff', '--name-only', 'HEAD'), ...git('ls-files', '--others', '--exclude-standard')];
  return [...new Set(files)].filter((file) => existsSync(file));
}

/** Specs under Node that changed, that import a changed file, or mirror one: src/x/y.ts has spec/x/y.spec.ts. */
export function specsOf(changed) {
  return readdirSync('spec', { recursive: true })
    .map((file) => posix.join('spec', file.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.spec.ts') && !/^spec\/(browser|interop|bench|\.cache)\//.test(file))
    .filter((file) => [file, mirrored(file), ...importsOf(file)].some((each) => changed.includes(each)))
    .sort();
}

const mirrored = (spec) => spec.replace(/^spec/, 'src').replace(/\.spec\.ts$/, '.ts');

const importsOf = (file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import) '(\.[^']+)'/g)].map(([, specifier]) =>
    posix.join(posix.dirname(file), specifier),
  );
