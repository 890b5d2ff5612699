import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import linker from '@angular/compiler-cli/linker/babel';

// The linker is a plugin for the Babel that Angular's compiler brings along: take that one.
const compiler = createRequire(createRequire(import.meta.url).resolve('@angular/compiler-cli/package.json'));

/** The little of Babel that is needed here; it comes without types. */
/** @typedef {{ getFunctionParent(): unknown, parentPath?: { isExpressionStatement(): boolean }, addComment(where: 'leading', text: string): void }} Path */
/** @type {{ transformAsync(source: string, options: object): Promise<{ code: string }> }} */
const babel = compiler('@babel/core');

/**
 * Angular's packages are published half compiled. This esbuild plugin lets the linker finish them, and remembers the
 * result, since it takes longer than all the rest.
 *
 * @param {string} cache a folder
 * @returns {import('esbuild').Plugin}
 */
export function angularLinker(cache) {
  return {
    name: 'angular-linker',
    setup(build) {
      build.onLoad({ filter: /[\\/]@angular[\\/].*[\\/]fesm2022[\\/].*\.mjs$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const kept = join(cache, `${createHash('sha256').update(`2 ${source}`).digest('hex')}.mjs`);
        const known = await readFile(kept, 'utf8').catch(() => undefined);
        if (known !== undefined) return { contents: known, loader: 'js' };
        const { code } = await babel.transformAsync(source, {
          filename: path,
          plugins: [linker, pureAtTopLevel],
          compact: false,
          configFile: false,
          babelrc: false,
        });
        await mkdir(cache, { recursive: true });
        await writeFile(kept, code);
        return { contents: code, loader: 'js' };
      });
    },
  };
}

/**
 * A Babel plugin: what these packages compute while they load may be left out when the result is unused, as their
 * `sideEffects: false` promises. The bundler only believes it when it stands at each call.
 */
function pureAtTopLevel() {
  return {
    visitor: {
      'CallExpression|NewExpression'(/** @type {Path} */ path) {
        if (path.getFunctionParent() || path.parentPath?.isExpressionStatement()) return;
        path.addComment('leading', '#__PURE__');
      },
    },
  };
}
