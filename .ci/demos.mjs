// The demo's TypeScript projects: each folder below demo/ that has a tsconfig.json. None, where there is no demo. One with packages
// of its own is built by `npm run check:angular`.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const demo = fileURLToPath(new URL('../demo', import.meta.url));

export const demoProjects = !existsSync(demo)
  ? []
  : readdirSync(demo, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !existsSync(`${demo}/${entry.name}/package.json`))
      .map((entry) => `demo/${entry.name}/tsconfig.json`)
      .filter((project) => existsSync(`${demo}/../${project}`))
      .concat(existsSync(`${demo}/tsconfig.json`) ? 'demo/tsconfig.json' : []);
