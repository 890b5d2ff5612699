import type { Rule, Tree } from '@angular-devkit/schematics';

/** Stands in the root component that `ng new` writes, and in no other. */
const PLACEHOLDER = 'is only a placeholder';

/**
 * Shows the example in the application's root component, and gives its spec a router, where all this is as `ng new` wrote
 * it. In any other the developer chooses a place.
 */
export function showIn(folder: string, selector: string): Rule {
  return (tree, { logger }) => {
    const template = read(tree, `${folder}/app.html`);
    const component = read(tree, `${folder}/app.ts`);
    if (!template.includes(PLACEHOLDER) || !component.includes('imports: [RouterOutlet]')) {
      logger.info(`To see a live value, put <${selector} /> (src/app/wamp/session-count.ts) into a template.`);
      return;
    }
    if (template.includes(`<${selector} />`)) return;
    tree.overwrite(`${folder}/app.html`, `<${selector} />\n${template}`);
    tree.overwrite(
      `${folder}/app.ts`,
      withImport(component, 'SessionCount', './wamp/session-count').replace(
        '[RouterOutlet]',
        '[RouterOutlet, SessionCount]',
      ),
    );
    const spec = read(tree, `${folder}/app.spec.ts`);
    if (!spec.includes('imports: [App],\n')) return;
    tree.overwrite(
      `${folder}/app.spec.ts`,
      withImport(spec, 'provideWampTesting', 'rxwamp/angular/testing').replace(
        /^( *)imports: \[App\],\n/m,
        '$&$1providers: [provideWampTesting()],\n',
      ),
    );
  };
}

const read = (tree: Tree, path: string): string => (tree.exists(path) ? tree.readText(path) : '');

/** The import stands behind the last one. */
function withImport(source: string, name: string, from: string): string {
  const end = source.indexOf('\n', source.lastIndexOf('\nimport ') + 1) + 1;
  return `${source.slice(0, end)}import { ${name} } from '${from}';\n${source.slice(end)}`;
}
