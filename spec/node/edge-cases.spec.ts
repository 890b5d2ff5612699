// The forty edge cases each have a spec, and what the list names is there.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { EDGE_CASES, type Place } from '../behaviour/edge-cases.ts';

const spec = new URL('../', import.meta.url);

/** The texts of a file's describe()s, and of the it()s in each; templates as they are written. */
function specsOf(file: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const source = ts.createSourceFile(file, readFileSync(new URL(file, spec), 'utf8'), ts.ScriptTarget.ES2022, true);
  /** Suites that stand apart, to be used in several places: `describe('…', suite)`. */
  const suites = new Map(
    source.statements.flatMap((each) => (ts.isFunctionDeclaration(each) && each.name ? [[each.name.text, each]] : [])),
  );
  const visit = (node: ts.Node, heading: string): void => {
    let inside = heading;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.arguments[0]) {
      const name = node.arguments[0]
        .getText(source)
        .replace(/^['"`]|['"`]$/g, '')
        .replaceAll("\\'", "'");
      if (node.expression.text === 'describe') {
        inside = name;
        if (!found.has(name)) found.set(name, new Set());
        const [, body] = node.arguments;
        const suite = body && ts.isIdentifier(body) ? suites.get(body.text) : undefined;
        if (suite) visit(suite, name);
      } else if (node.expression.text === 'it') found.get(heading)?.add(name);
    }
    ts.forEachChild(node, (child) => {
      visit(child, inside);
    });
  };
  visit(source, '');
  return found;
}

describe('the edge cases', () => {
  it('are forty, each with a number, a title and a spec', () => {
    expect(EDGE_CASES.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(new Set(EDGE_CASES.map(({ title }) => title)).size).toBe(40);
    expect(EDGE_CASES.filter(({ specs }) => specs.length === 0)).toEqual([]);
  });

  it('have specs that are where the list says', () => {
    const files = new Map<string, Map<string, Set<string>>>();
    const missing = ([file, heading, name]: Place): boolean => {
      const specs = files.get(file) ?? specsOf(file);
      files.set(file, specs);
      const inside = specs.get(heading);
      return inside === undefined || inside.size === 0 || (name !== undefined && !inside.has(name));
    };
    expect(EDGE_CASES.flatMap(({ number, specs }) => specs.filter(missing).map((place) => [number, ...place]))).toEqual(
      [],
    );
    // and whatever is missing would be noticed
    expect(missing(['behaviour/edge-cases.spec.ts', 'no such heading'])).toBeTrue();
    const [place] = EDGE_CASES[1]?.specs.slice(1) ?? [];
    expect(place && missing([place[0], place[1], 'no such spec'])).toBeTrue();
  });
});
