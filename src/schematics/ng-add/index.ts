import { apply, applyTemplates, chain, filter, mergeWith, move, noop, url } from '@angular-devkit/schematics';
import { SchematicsException, type Rule, type Tree } from '@angular-devkit/schematics';
import { addRootProvider, readWorkspace } from '@schematics/angular/utility';
import { addScript } from './script.ts';
import { showIn } from './show.ts';

/** Options of `ng add rxwamp`, checked by schema.json. */
export interface NgAddOptions {
  readonly project?: string;
  /** WebSocket address of the router. */
  readonly url: string;
  readonly realm: string;
  /** Whether to write a service, its spec and a component. */
  readonly example: boolean;
}

/** The application that gets the client. */
interface Application {
  readonly name: string;
  /** Where its sources are. */
  readonly folder: string;
  /** With which the selectors of its components begin. */
  readonly prefix: string;
}

/**
 * `ng add rxwamp`: provides the client, adds a script that runs a router for development, and writes an example. What is
 * there already stays.
 *
 * @throws SchematicsException when the workspace has no such application
 */
export function ngAdd({ project, url: address, realm, example }: NgAddOptions): Rule {
  return async (tree) => {
    const application = await findApplication(tree, project);
    return chain([
      addProvider(application, address, realm),
      addScript(address, realm),
      example ? addExample(application, realm) : noop(),
    ]);
  };
}

async function findApplication(tree: Tree, name: string | undefined): Promise<Application> {
  const { projects } = await readWorkspace(tree);
  const applications = [...projects].filter(([, { extensions }]) => extensions['projectType'] === 'application');
  const [found] = name === undefined ? applications : applications.filter(([each]) => each === name);
  if (!found) {
    throw new SchematicsException(
      `rxwamp is for applications, and the workspace has ${name === undefined ? 'none' : `none with the name '${name}'`}`,
    );
  }
  const [project, { root, sourceRoot = `${root}/src`, prefix = 'app' }] = found;
  return { name: project, folder: `/${sourceRoot}/app`, prefix };
}

function addProvider({ name, folder }: Application, address: string, realm: string): Rule {
  return (tree) => {
    const sources: string[] = [];
    tree.getDir(folder).visit((path, file) => {
      if (path.endsWith('.ts') && file) sources.push(file.content.toString());
    });
    if (sources.some((source) => source.includes('provideWamp('))) return tree;
    return addRootProvider(
      name,
      ({ code, external }) =>
        code`${external('provideWamp', 'rxwamp/angular')}({ url: '${address}', realm: '${realm}' })`,
    );
  };
}

function addExample({ folder, prefix }: Application, realm: string): Rule {
  return (tree) => {
    const there = (path: string): boolean => tree.exists(`${folder}/wamp${path}`);
    const files = apply(url('./files'), [
      applyTemplates({ prefix, realm }),
      filter((path) => !there(path)),
      move(`${folder}/wamp`),
    ]);
    return chain([mergeWith(files), showIn(folder, `${prefix}-session-count`)]);
  };
}
