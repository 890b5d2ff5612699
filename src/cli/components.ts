import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defer, isObservable, NEVER, type Observable } from 'rxjs';
import type { Client } from '../client/client.ts';
import { runClient } from '../programs/run-client.ts';
import type { SessionTask } from '../programs/session-task.ts';
import { bind } from '../decorators/index.ts';
import { messageOf } from '../protocol/thrown.ts';
import { isPromise } from '../async.ts';
import { CliError, EXIT } from './command.ts';

/** Something to run on a client of its own. */
export interface Component {
  /** As it was asked for. */
  readonly name: string;
  /** Runs it, for as long as it is observed. */
  readonly run: (wamp: Client, prefix?: string) => Observable<unknown>;
}

/** Loads `module.js#Export`: a class or an object with decorated methods, or a function of sessions. */
export async function componentOf(asked: string): Promise<Component> {
  const at = asked.lastIndexOf('#');
  const [specifier, name] = at < 0 ? [asked, 'default'] : [asked.slice(0, at), asked.slice(at + 1)];
  if (specifier === '' || name === '') throw new CliError(`expected <module>#<export>, got '${asked}'`);
  const module = await load(specifier);
  const found = module[name];
  if (found === undefined) {
    const others = Object.keys(module).map((each) => `#${each}`);
    throw new CliError(`${specifier} exports no '${name}'; it has ${others.join(', ') || 'no exports'}`);
  }
  if (isClass(found)) return { name: asked, run: (wamp, prefix) => bound(wamp, () => new found(wamp), prefix) };
  if (typeof found === 'function') {
    return { name: asked, run: (wamp) => runClient(wamp, staying(found as SessionTask<unknown>)) };
  }
  if (typeof found === 'object' && found !== null) {
    return { name: asked, run: (wamp, prefix) => bound(wamp, () => found, prefix) };
  }
  throw new CliError(`${asked} is a ${typeof found}; expected a class, an object or a function`);
}

const bound = (wamp: Client, make: () => object, prefix: string | undefined): Observable<unknown> =>
  defer(() => bind(wamp, make(), { prefix }));

/** A function that gives nothing to wait for has set something up, and stays. */
const staying =
  (main: SessionTask<unknown>): SessionTask<unknown> =>
  (session, signal) => {
    const outcome = main(session, signal);
    return isObservable(outcome) || isPromise(outcome) ? outcome : NEVER;
  };

type Class = new (wamp: Client) => object;

/** Functions can be called, classes cannot: what a transpiler has made a function of says so by its prototype. */
function isClass(value: unknown): value is Class {
  if (typeof value !== 'function') return false;
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true;
  const { prototype } = value as { prototype?: object };
  return prototype !== undefined && Object.getOwnPropertyNames(prototype).length > 1;
}

type Exports = Readonly<Record<string, unknown>>;

/** Of CommonJS, `import()` finds what it can read off the source, and takes what a transpiler calls default for one name more. */
export function exportsOf(module: Exports): Exports {
  const whole = module['default'];
  if (typeof whole !== 'object' || whole === null) return module;
  const transpiled = '__esModule' in whole && 'default' in whole;
  return { ...whole, ...module, default: transpiled ? whole.default : whole };
}

async function load(specifier: string): Promise<Exports> {
  const path = resolve(specifier);
  let url: string;
  if (existsSync(path)) url = pathToFileURL(path).href;
  else {
    try {
      url = pathToFileURL(createRequire(resolve('rxwamp.cjs')).resolve(specifier)).href;
    } catch {
      throw new CliError(`there is no module '${specifier}': neither a file from here, nor a package`);
    }
  }
  try {
    return exportsOf((await import(url)) as Exports);
  } catch (error) {
    throw new CliError(`${specifier} cannot be loaded: ${messageOf(error)}`, EXIT.failed);
  }
}
