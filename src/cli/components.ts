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

/** A program that runs on a client of its own. */
export interface Component {
  /** As on the command line: `module.js#Export`. */
  readonly name: string;
  /** Runs it as long as it is observed; `drain` is for a function that ends by itself, see `runClient()`. */
  readonly run: (wamp: Client, prefix?: string, drain?: number) => Observable<unknown>;
}

/** Loads `module.js#Export`: a class or an object with decorated methods, or a function of sessions. */
export async function loadComponent(reference: string): Promise<Component> {
  const at = reference.lastIndexOf('#');
  const [specifier, name] = at < 0 ? [reference, 'default'] : [reference.slice(0, at), reference.slice(at + 1)];
  if (specifier === '' || name === '')
    throw new CliError(`expected <module>#<export>, like ./clock.js#Clock, got '${reference}'`);
  const module = await load(specifier);
  const found = module[name];
  if (found === undefined) {
    const others = Object.keys(module).map((each) => `#${each}`);
    throw new CliError(`${specifier} exports no '${name}'; it has ${others.join(', ') || 'no exports'}`);
  }
  const bound = (make: (wamp: Client) => object): Component => ({
    name: reference,
    run: (wamp, prefix) => defer(() => bind(wamp, make(wamp), { prefix })),
  });
  if (isClass(found)) return bound((wamp) => new found(wamp));
  if (typeof found === 'function') {
    return {
      name: reference,
      run: (wamp, _, drain) => runClient(wamp, untilEnd(found as SessionTask<unknown>), { drain }),
    };
  }
  if (typeof found === 'object' && found !== null) return bound(() => found);
  throw new CliError(`${reference} is a ${typeof found}; expected a class, an object or a function`);
}

/** A function that returns neither a Promise nor an Observable runs until the program ends. */
const untilEnd =
  (main: SessionTask<unknown>): SessionTask<unknown> =>
  (session, signal) => {
    const outcome = main(session, signal);
    return isObservable(outcome) || isPromise(outcome) ? outcome : NEVER;
  };

type Class = new (wamp: Client) => object;

/** A class cannot be called as a function. One that a transpiler made a function of shows by its prototype. */
function isClass(value: unknown): value is Class {
  if (typeof value !== 'function') return false;
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true;
  const { prototype } = value as { prototype?: object };
  return prototype !== undefined && Object.getOwnPropertyNames(prototype).length > 1;
}

type Exports = Readonly<Record<string, unknown>>;

/** All exports. Of a CommonJS module `import()` finds only those that it can read from the source, and wraps a transpiled default. */
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
      throw new CliError(`there is no module '${specifier}': neither a file nor an installed package`);
    }
  }
  try {
    return exportsOf((await import(url)) as Exports);
  } catch (error) {
    throw new CliError(`${specifier} cannot be loaded: ${messageOf(error)}`, EXIT.failed);
  }
}
