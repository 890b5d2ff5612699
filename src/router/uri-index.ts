import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';

/** What can be found by the URIs that it covers. */
interface Covering {
  readonly uri: Uri;
  readonly match: Match;
}

/** How many patterns leave the same components open. */
interface Shape {
  readonly open: readonly number[];
  patterns: number;
}

/**
 * URIs and patterns, each with what stands behind it. Finds those that cover a URI by one look for each length of a
 * prefix and for each shape of a wildcard, of which there are few, instead of a look at every pattern.
 */
export class UriIndex<T extends Covering> {
  readonly #byMatch: Record<Match, Map<Uri, T>> = { exact: new Map(), prefix: new Map(), wildcard: new Map() };
  /** How many prefixes have this length. */
  readonly #lengths = new Map<number, number>();
  /** The shapes of wildcards, by their number of components and the places of the open ones. */
  readonly #shapes = new Map<number, Map<string, Shape>>();

  find(uri: Uri, match: Match): T | undefined {
    return this.#byMatch[match].get(uri);
  }

  add(entry: T): void {
    const { uri, match } = entry;
    this.#byMatch[match].set(uri, entry);
    if (match === 'prefix') this.#lengths.set(uri.length, (this.#lengths.get(uri.length) ?? 0) + 1);
    if (match === 'wildcard') this.#countShape(uri, 1);
  }

  delete({ uri, match }: Covering): void {
    if (!this.#byMatch[match].delete(uri)) return;
    if (match === 'prefix') {
      const left = (this.#lengths.get(uri.length) ?? 1) - 1;
      if (left > 0) this.#lengths.set(uri.length, left);
      else this.#lengths.delete(uri.length);
    }
    if (match === 'wildcard') this.#countShape(uri, -1);
  }

  /** Those that cover a URI: the exact one, prefixes, wildcards. */
  covering(uri: Uri): T[] {
    const { exact, prefix, wildcard } = this.#byMatch;
    const found = [exact.get(uri)];
    for (const length of this.#lengths.keys()) {
      if (length <= uri.length) found.push(prefix.get(uri.slice(0, length)));
    }
    if (wildcard.size > 0) {
      const parts = uri.split('.');
      for (const { open } of this.#shapes.get(parts.length)?.values() ?? []) {
        const pattern = [...parts];
        for (const at of open) pattern[at] = '';
        found.push(wildcard.get(pattern.join('.')));
      }
    }
    return found.filter((entry) => entry !== undefined && matchesUri(uri, entry.uri, entry.match)) as T[];
  }

  #countShape(uri: Uri, change: 1 | -1): void {
    const parts = uri.split('.');
    const open = parts.flatMap((part, at) => (part === '' ? [at] : []));
    const shapes = this.#shapes.get(parts.length) ?? new Map<string, Shape>();
    const key = open.join();
    const shape = shapes.get(key) ?? { open, patterns: 0 };
    shape.patterns += change;
    if (shape.patterns > 0) shapes.set(key, shape);
    else shapes.delete(key);
    if (shapes.size > 0) this.#shapes.set(parts.length, shapes);
    else this.#shapes.delete(parts.length);
  }
}
