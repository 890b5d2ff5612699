// The reference: `npm run docs` writes it into demo/dist/reference. Every entry of package.json's exports is a module of it, and every
// guide a page; a link that leads nowhere, or an exported name that has no docstring, is a failure.
import { readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { Comment, Converter, ReflectionKind } from 'typedoc';
import { entries, manifest, root } from './pack.mjs';
import { guides } from './pages.mjs';

/** The path of an entry's source, and the name that a user imports it by. */
const modules = new Map(
  entries.map((entry) => [
    manifest.exports[`.${entry}`].default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'),
    `${manifest.name}${entry}`,
  ]),
);
const documents = guides.filter((page) => page !== 'README.md');
const titleOf = (page) => /^# (.*)$/m.exec(readFileSync(join(root, page), 'utf8'))[1];
/** The nearest folder above a source that has a guide. */
const roomOf = (path) => {
  const folder = posix.dirname(path);
  return documents.includes(`${folder}/README.md`) ? folder : roomOf(folder);
};

/** The habits of routers say in their data what they are: that is their docstring, too. */
const quirks = transformSync(readFileSync(join(root, 'src/router/quirks.ts'), 'utf8'), { loader: 'ts' }).code;
const { QUIRKS } = await import(`data:text/javascript,${encodeURIComponent(quirks)}`);
function describeQuirks(module) {
  for (const quirk of module.getChildByName(['QUIRKS']).type.declaration.children) {
    quirk.comment = new Comment([{ kind: 'text', text: QUIRKS[quirk.name].reason }]);
  }
}

/** Options that stand in a parameter's own type need a docstring as those of an interface do: TypeDoc does not look there. */
function checkParameters(project, logger) {
  const inParameter = ({ parent }) => parent && (parent.kindOf(ReflectionKind.Parameter) || inParameter(parent));
  for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
    const isMethod = property.type?.type === 'reflection' && property.type.declaration.signatures;
    if (property.hasComment() || isMethod || !inParameter(property)) continue;
    logger.warn(`${property.getFullName()}, an option of a parameter, does not have any documentation`);
  }
}

/** Modules are named as they are imported, and guides by their headings; a module links to the guide of its room. */
function named({ converter, logger }) {
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => checkParameters(project, logger));
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const pathOf = (reflection) => relative(root, project.files.getReflectionPath(reflection)).replaceAll('\\', '/');
    const rooms = new Map(project.documents.map((document) => [posix.dirname(pathOf(document)), document]));
    for (const document of project.documents) document.name = titleOf(pathOf(document));
    for (const module of project.children) {
      const path = pathOf(module);
      module.name = modules.get(path);
      if (module.name === `${manifest.name}/router`) describeQuirks(module);
      const guide = rooms.get(roomOf(path));
      module.comment = new Comment([
        { kind: 'text', text: 'Guide: ' },
        { kind: 'inline-tag', tag: '@link', text: guide.name, target: guide },
      ]);
    }
  });
}

export default {
  name: manifest.name,
  tsconfig: join(root, 'src/tsconfig.json'),
  entryPoints: [...modules.keys()].map((path) => join(root, path)),
  projectDocuments: documents.map((path) => join(root, path)),
  readme: join(root, 'README.md'),
  out: join(root, 'demo/dist/reference'),
  plugin: [named],
  disableGit: true,
  disableSources: true,
  excludeExternals: true, // what classes inherit from RxJS
  excludeInternal: true,
  searchInComments: true,
  searchInDocuments: true,
  treatWarningsAsErrors: true,
  // helper types that the exported ones are made of are not exported, and what they mean stands where they are used
  validation: { invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true, notExported: false },
  requiredToBeDocumented: [
    'Class',
    'Interface',
    'TypeAlias',
    'Variable',
    'Function',
    'Method',
    'Accessor',
    'Property',
    'Constructor',
    'IndexSignature',
    'Enum',
    'EnumMember',
    'Namespace',
  ],
};
