import { Observers, Observing } from '../../src/session/subscription.ts';

class Item extends Observing {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

function list(...names: string[]) {
  const observers = new Observers<Item>();
  const items = names.map((name) => new Item(name));
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
    expect([walk(), observers.empty]).toEqual(['abc', false]);
  });

  it('leave once, from wherever they stand', () => {
    for (const [place, rest] of ['bc', 'ac', 'ab'].entries()) {
      const { observers, items, walk } = list('a', 'b', 'c');
      expect(observers.remove(items[place]!)).toBeTrue();
      expect(observers.remove(items[place]!)).toBeFalse();
      expect(observers.remove(new Item('x'))).toBeFalse();
      observers.add(new Item('d'));
      expect(walk()).toBe(`${rest}d`);
    }
  });

  it('are empty when the last has left, in whatever order', () => {
    for (const order of ['abc', 'cba', 'bca', 'acb']) {
      const { observers, items, walk } = list('a', 'b', 'c');
      for (const name of order) {
        expect(observers.empty).toBeFalse();
        observers.remove(items.find((item) => item.name === name)!);
      }
      expect([walk(), observers.empty]).withContext(order).toEqual(['', true]);
    }
  });

  it('that leave during a walk are not visited, those that come wait for the next', () => {
    const { observers, items, walk } = list('a', 'b', 'c');
    const seen = walk((item) => {
      if (item.name !== 'a') return;
      observers.remove(items[1]!);
      observers.add(new Item('d'));
    });
    expect([seen, walk()]).toEqual(['ac', 'acd']);
  });

  it('all leave during a walk, and others come', () => {
    for (const leave of ['abcd', 'dcba', 'bcad', 'cdab']) {
      const { observers, items, walk } = list('a', 'b', 'c', 'd');
      const seen = walk((item) => {
        if (item.name !== 'b') return;
        for (const name of leave) observers.remove(items.find((one) => one.name === name)!);
        observers.add(new Item('e'));
      });
      expect([seen, walk()]).withContext(leave).toEqual(['ab', 'e']);
    }
  });

  it('may be walked inside a walk', () => {
    const names = Array.from({ length: 40 }, (_, i) => String.fromCharCode(65 + i));
    const { observers, items, walk } = list(...names);
    let inner = '';
    const outer = walk((item) => {
      if (item !== items[0]) return;
      for (const other of items.slice(1, 39)) observers.remove(other);
      observers.add(new Item('x'));
      inner = walk();
    });
    expect([outer, inner]).toEqual(['Ah', 'Ahx']);
    expect(observers.remove(items[39]!)).toBeTrue();
    expect(walk()).toBe('Ax');
  });

  it('come and go a hundred thousand times without looking at each other', () => {
    const observers = new Observers<Item>();
    const items = Array.from({ length: 100_000 }, (_, i) => new Item(String(i)));
    const begin = performance.now();
    for (const item of items) observers.add(item);
    for (const item of items) observers.remove(item);
    expect(performance.now() - begin).toBeLessThan(1500);
    expect(observers.empty).toBeTrue();
  });
});
