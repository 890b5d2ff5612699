// A loader for `node --import`: compiles src for the specs, in tsx's place. tsx puts a static block into every class to
// keep its name, on one line with the rest; V8's coverage then takes all code before that block for covered.
//
// Who imports the package by its name, as the examples in demo do, gets src as well: there is one of each class then.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from 'esbuild';

const src = new URL('../src/', import.meta.url).href;
const { exports } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

export function resolve(specifier, context, next) {
  const entry = /^rxwamp(?=\/|$)/.test(specifier) ? exports[specifier.replace('rxwamp', '.')] : undefined;
  if (!entry?.default) return next(specifier, context);
  const path = entry.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts');
  return { url: src + path, format: 'module', shortCircuit: true };
}

export async function load(url, context, next) {
  const [file] = url.split('?', 1);
  if (!file.startsWith(src) || !file.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(file);
  const { code } = await transform(await readFile(path, 'utf8'), {
    loader: 'ts',
    target: 'es2022',
    sourcemap: 'inline',
    sourcefile: path,
  });
  return { format: 'module', source: code, shortCircuit: true };
}

if (isMainThread) register(import.meta.url); // Node runs this file a second time, in the hooks' thread
