// Names that the entries export: each means one thing in the whole package, values and types, and no type hides a global one.
import { join } from 'node:path';
import ts from 'typescript';
import { entries, manifest, root } from './pack.mjs';

/** The one exception: in Node the same transport takes more options. */
const twice = new Set(['webSocket']);
const most = 60; // values of the main entry

const declarationsOf = (entry) => join(root, manifest.exports[`.${entry}`].default.replace(/\.js$/, '.d.ts'));

export function nameProblems() {
  const files = entries.map(declarationsOf);
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const origin = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const known = new Map();
  const problems = [];
  let values = 0;
  entries.forEach((entry, i) => {
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(files[i])))) {
      const { name } = exported;
      const symbol = origin(exported);
      const before = known.get(name);
      if (before === undefined) known.set(name, { symbol, entry });
      else if (before.symbol !== symbol && !twice.has(name)) {
        problems.push(`${name} is one thing in rxwamp${before.entry} and another in rxwamp${entry}`);
      }
      if (symbol.flags & ts.SymbolFlags.Type && checker.resolveName(name, undefined, ts.SymbolFlags.Type, false)) {
        problems.push(`${name} of rxwamp${entry} hides the global type of that name`);
      }
      if (entry === '' && symbol.flags & ts.SymbolFlags.Value) values++;
    }
  });
  console.log(`rxwamp exports ${values} values, of ${most} at most`);
  if (known.size === 0) problems.push('no entry exports anything');
  if (values > most) problems.push(`rxwamp exports ${values} values, of ${most} at most`);
  return problems;
}
