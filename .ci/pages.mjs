// The pages of prose.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** What the package has: README.md, and the guides that it links to. */
export const guides = [
  'README.md',
  'demo/README.md',
  ...readdirSync(join(root, 'src'), { recursive: true })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .sort(),
];

/** With the evidence, whose links lead to specs, and what is for those who change this repository. */
export const pages = [...guides, 'spec/README.md', 'spec/twins.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
