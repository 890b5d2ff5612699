import { Observers } from '../../src/session/observers.ts';

interface Item {
  readonly name: string;
  place: number;
}

function list(...names: string[]) {
  const observers = new Observers<Item>();
  const items = names.map((name): Item => ({ name, place: -1 }));
  for (const item of items) observers.add(item);
  const walk = (visit: (item: Item) => void = () => undefined): string => {
    let seen = '';
    observers.each((item) => {
      seen += item.name;
      visit(item);
    });
    return seen;
  };
  return { observers, items, walk };
}

describe('Observers', () => {
  it('are walked in the order in which they came', () => {
    const { observers, walk } = list('a', 'b', 'c');
    expect([walk(), observers.size]).toEqual(['abc', 3]);
  });

  it('leave once', () => {
    const { observers, items, walk } = list('a', 'b', 'c');
    expect(observers.remove(items[1]!)).toBeTrue();
    expect(observers.remove(items[1]!)).toBeFalse();
    expect(observers.remove({ name: 'x', place: -1 })).toBeFalse();
    expect([walk(), observers.size]).toEqual(['ac', 2]);
  });

  it('that leave during a walk are not visited, those that come wait for the next', () => {
    const { observers, items, walk } = list('a', 'b', 'c');
    const seen = walk((item) => {
      if (item.name !== 'a') return;
      observers.remove(items[1]!);
      observers.add({ name: 'd', place: -1 });
    });
    expect([seen, walk(), observers.size]).toEqual(['ac', 'acd', 3]);
  });

  it('may be walked inside a walk, and compacted only behind it', () => {
    const names = Array.from({ length: 40 }, (_, i) => String.fromCharCode(65 + i));
    const { observers, items, walk } = list(...names);
    let inner = '';
    const outer = walk((item) => {
      if (item !== items[0]) return;
      for (const other of items.slice(1, 39)) observers.remove(other);
      inner = walk();
    });
    expect([outer, inner, observers.size]).toEqual(['Ah', 'Ah', 2]);
    expect(observers.remove(items[39]!)).withContext('found after compaction').toBeTrue();
    expect(walk()).toBe('A');
  });

  it('come and go a hundred thousand times without looking at each other', () => {
    const observers = new Observers<Item>();
    const items = Array.from({ length: 100_000 }, (_, i): Item => ({ name: String(i), place: -1 }));
    const begin = performance.now();
    for (const item of items) observers.add(item);
    for (const item of items) observers.remove(item);
    expect(performance.now() - begin).toBeLessThan(1500);
    expect(observers.size).toBe(0);
  });
});
