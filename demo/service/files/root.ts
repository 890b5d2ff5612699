import { realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationError } from 'rxwamp';

/** The project's own folder: nothing outside of it is ever read. */
export const root: string = await realpath(fileURLToPath(new URL('.', import.meta.resolve('rxwamp/package.json'))));

/** Version control may hold secrets: its folder is neither listed nor read. */
const hidden = new Set(['.git']);

/** Whether a name may be shown at all. */
export function visible(name: string): boolean {
  return !hidden.has(name);
}

/** Folders of tools, anywhere; of build results and measurements, in the project's own folder. */
const installed = new Set(['node_modules', '.cache']);
const built = new Set(['dist', 'coverage', 'artifacts', 'demo/dist']);

/** Whether a folder holds generated or installed files. */
export function generated(path: string): boolean {
  return installed.has(basename(path)) || built.has(shown(path));
}

/** A path as the caller may see it: relative to the project's folder, with slashes. */
export function shown(path: string): string {
  return relative(root, path).split(sep).join('/') || '.';
}

/**
 * The real path for a path of the caller.
 *
 * @throws ApplicationError `wamp.error.invalid_argument` for anything that is not plainly inside the project:
 *   no string, NUL, absolute, `..`, hidden, missing, or a symbolic link that leads out.
 */
export async function confine(asked: unknown): Promise<string> {
  if (typeof asked !== 'string') throw refused('a path is a string');
  if (asked.includes('\0')) throw refused('a path has no NUL in it');
  const parts = asked.split(/[\\/]+/);
  if (isAbsolute(asked) || /^[a-z]:/i.test(asked) || parts[0] === '')
    throw refused('a path is relative to the project');
  if (parts.includes('..')) throw refused('a path stays inside the project');
  if (!parts.every(visible)) throw refused('this path is not served');
  let real: string;
  try {
    real = await realpath(resolve(root, join(...parts)));
  } catch {
    throw refused('there is no such path in the project');
  }
  if (!inside(real) || !shown(real).split('/').every(visible)) throw refused('this path leads out of the project');
  return real;
}

function inside(path: string): boolean {
  return path === root || path.startsWith(root + sep);
}

function refused(why: string): ApplicationError {
  return new ApplicationError('wamp.error.invalid_argument', [why]);
}
