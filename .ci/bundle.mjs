// Last step of `npm run build`: every entry once more, for Node, in few files instead of a hundred. To find, read and link a
// module takes Node half a millisecond, and every start of a program pays that again. A page does not: its bundler has
// paid it once. Browsers, Deno and Bun take the modules as they are, so that nothing comes along which is not used.
import { chmodSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports, bin } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const into = './dist/bundled/';
const targets = [...Object.values(exports).map(({ node }) => node), ...Object.values(bin)].filter(Boolean);

/** What `entry` loads at once is one file, whoever else wants a part of it. */
function together(name, entry, priority) {
  const members = new Set([root + entry]);
  return {
    debugName: name,
    name: (id, graph) => {
      for (const member of members) for (const next of graph.getModuleInfo(member).importedIds) members.add(next);
      return members.has(id) ? name : null;
    },
    priority,
  };
}

const bundle = await rolldown({
  cwd: root,
  // all of them in one go: what two share is there once, and so is each class
  input: Object.fromEntries(
    targets.map((path) => [path.slice(into.length, -'.js'.length), path.replace(into, './dist/')]),
  ),
  platform: 'node',
  external: /^[^.#/]/,
  resolve: { conditionNames: ['node'] },
  plugins: [
    {
      name: 'maps that lead to the sources',
      load: {
        filter: { id: /dist.*\.js$/ },
        handler: async (id) => ({ code: await readFile(id, 'utf8'), map: await readFile(`${id}.map`, 'utf8') }),
      },
    },
  ],
});
await bundle.write({
  dir: into,
  format: 'esm',
  chunkFileNames: '[name]-[hash].js',
  comments: { jsdoc: false },
  sourcemap: true,
  sourcemapExcludeSources: true, // they are in the package
  codeSplitting: { groups: [together('protocol', 'dist/protocol/index.js', 1), together('core', 'dist/index.js', 0)] },
});
// npm does so when it links a command, which in this repository it does once: `npx rxwamp` is to outlive the next build
for (const path of Object.values(bin)) chmodSync(root + path, 0o755);
