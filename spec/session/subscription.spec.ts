import { config, of, repeat, Subject, switchMap, take } from 'rxjs';
import type { SubscriptionInfo } from '../../src/session/options.ts';
import { record } from '../../src/testing/record.ts';
import { values } from '../helpers/live.ts';
import { type JoinedOptions, joined, turn } from '../helpers/wire.ts';
import { Observers, Observing } from '../../src/session/subscription.ts';

const TOPIC = 'com.app.topic';

function subscribed(options: JoinedOptions = {}) {
  const client = joined(options);
  const events = record(client.wamp.subscribe(TOPIC));
  client.wire.take(32);
  client.wire.send([33, 1, 77]);
  return { ...client, events };
}

describe('subscribe', () => {
  it('is cold: nothing is sent before it is observed', async () => {
    const { wamp, wire } = joined();
    const events$ = wamp.subscribe(TOPIC);
    await turn();
    expect(wire.rest()).toEqual([]);
    record(events$);
    expect(wire.take(32)).toEqual([32, 1, {}, TOPIC]);
  });

  it('sends one SUBSCRIBE for those who come before SUBSCRIBED', () => {
    const { wamp, wire } = joined();
    const all = [1, 2, 3].map(() => record(wamp.subscribe(TOPIC)));
    expect(wire.rest()).toEqual([[32, 1, {}, TOPIC]]);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['x']]);
    expect(all.map(values)).toEqual([['x'], ['x'], ['x']]);
  });

  it('hands all observers the same event', () => {
    const { wamp, wire, events } = subscribed();
    const more = record(wamp.subscribe(TOPIC));
    wire.send([36, 77, 5, { publisher: 7, publisher_authid: 'joe' }, ['x'], { a: 1 }]);
    expect(more.values[0]).toBe(events.values[0]);
    expect(events.values[0]?.toJSON()).toEqual({
      args: ['x'],
      kwargs: { a: 1 },
      details: { subscription: 77, publication: 5, topic: TOPIC, publisher: 7, publisherAuthid: 'joe' },
    });
  });

  it('errors all its observers when the router refuses, and asks anew for the next', () => {
    const { wamp, wire } = joined();
    const all = [1, 2].map(() => record(wamp.subscribe(TOPIC)));
    wire.take(32);
    wire.send([8, 32, 1, {}, 'wamp.error.not_authorized', ['no'], { a: 1 }]);
    for (const { error } of all) {
      expect(error).toEqual(
        jasmine.objectContaining({
          name: 'ApplicationError',
          uri: 'wamp.error.not_authorized',
          args: ['no'],
          kwargs: { a: 1 },
          topic: TOPIC,
        }),
      );
    }
    record(wamp.subscribe(TOPIC));
    expect(wire.take(32)).toEqual([32, 2, {}, TOPIC]);
  });

  it('errors when the router withdraws it, with a reason of our own where it gives none', () => {
    const { wire, events } = subscribed();
    wire.send([35, 0, { subscription: 77 }]);
    expect(events.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.no_such_subscription', topic: TOPIC }));
  });
});

describe('leaving a topic', () => {
  it('sends UNSUBSCRIBE at the end of the turn, once', async () => {
    const { wire, events } = subscribed();
    events.stop();
    expect(wire.rest()).toEqual([]);
    await turn();
    expect(wire.rest()).toEqual([[34, 2, 77]]);
    await turn();
    expect(wire.rest()).toEqual([]);
  });

  it('and coming back within the turn costs no frame and loses no event', async () => {
    const { wamp, wire, events } = subscribed();
    events.stop();
    const again = record(wamp.subscribe(TOPIC));
    wire.send([36, 77, 5, {}, ['x']]);
    await turn();
    expect(wire.rest()).toEqual([]);
    expect(values(again)).toEqual(['x']);
  });

  it('with switchMap from one stream of a topic to another costs no frame', async () => {
    const { wamp, wire } = subscribed();
    const which = new Subject<number>();
    const seen = record(which.pipe(switchMap(() => wamp.subscribe(TOPIC))));
    for (let i = 0; i < 5; i++) {
      which.next(i);
      await turn();
      wire.send([36, 77, 5 + i, {}, [i]]);
    }
    expect(wire.rest()).toEqual([]);
    expect(values(seen)).toEqual([0, 1, 2, 3, 4]);
  });

  it('with take(1) and repeat costs no frame', async () => {
    const { wamp, wire, events } = subscribed();
    const seen = record(wamp.subscribe(TOPIC).pipe(take(1), repeat(3)));
    events.stop();
    for (const i of [1, 2, 3]) wire.send([36, 77, i, {}, [i]]);
    expect([values(seen), seen.completed]).toEqual([[1, 2, 3], true]);
    expect(wire.rest()).toEqual([]);
    await turn();
    expect(wire.rest()).toEqual([[34, 2, 77]]);
  });

  it('10 000 observers come and go quickly', async () => {
    const { wamp, wire, events } = subscribed();
    const events$ = wamp.subscribe(TOPIC);
    const begin = performance.now();
    let count = 0;
    const all = Array.from({ length: 10_000 }, () => events$.subscribe(() => count++));
    wire.send([36, 77, 5, {}]);
    for (const subscription of all) subscription.unsubscribe();
    wire.send([36, 77, 6, {}]);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect([count, events.values.length]).toEqual([10_000, 2]);
    await turn();
    expect(wire.rest()).toEqual([]);
  });
});

describe('while an event is delivered', () => {
  it('who leaves does not get it, who comes waits for the next', () => {
    const { wamp, wire } = joined();
    const late: unknown[] = [];
    const second: unknown[] = [];
    const first = wamp.subscribe(TOPIC).subscribe(({ value }) => {
      subscription.unsubscribe();
      wamp.subscribe(TOPIC).subscribe((event) => late.push(event.value));
      first.unsubscribe();
      expect(value).toBe('one');
    });
    const subscription = wamp.subscribe(TOPIC).subscribe((event) => second.push(event.value));
    wire.take(32);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['one']]);
    expect([second, late]).toEqual([[], []]);
    wire.send([36, 77, 6, {}, ['two']]);
    expect([second, late]).toEqual([[], ['two']]);
  });

  it('the verbs may be used', () => {
    const { wamp, wire } = joined();
    wamp.subscribe(TOPIC).subscribe(({ value }) => {
      wamp.publish('com.app.echo', [value]);
      record(wamp.call('com.app.f', [value]));
    });
    wire.take(32);
    wire.send([33, 1, 77], [36, 77, 5, {}, [1]], [36, 77, 6, {}, [2]]);
    expect(wire.rest()).toEqual([
      [16, 2, {}, 'com.app.echo', [1]],
      [48, 3, {}, 'com.app.f', [1]],
      [16, 4, {}, 'com.app.echo', [2]],
      [48, 5, {}, 'com.app.f', [2]],
    ]);
  });

  it('an observer that throws is RxJS’s business: the others and the session go on', async () => {
    const { wamp, wire } = joined();
    const thrown = new Promise((resolve) => {
      config.onUnhandledError = resolve;
    });
    wamp.subscribe(TOPIC).subscribe(({ value }) => {
      if (value === 'x') throw new RangeError('mine');
    });
    const other = record(wamp.subscribe(TOPIC));
    wire.take(32);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['x']], [36, 77, 6, {}, ['y']]);
    expect(values(other)).toEqual(['x', 'y']);
    expect(await thrown).toEqual(jasmine.any(RangeError));
    config.onUnhandledError = null;
    expect(wire.rest()).toEqual([]);
  });
});

describe('getRetained', () => {
  const RETAINED = { getRetained: true };

  it('of a late observer repeats SUBSCRIBE, and only that observer gets the retained event', () => {
    const { wamp, wire, events } = subscribed();
    const asking = record(wamp.subscribe(TOPIC, RETAINED));
    expect(wire.take(32)).toEqual([32, 2, { get_retained: true }, TOPIC]);
    wire.send(
      [36, 77, 5, {}, ['live']],
      [33, 2, 77],
      [36, 77, 4, { retained: true }, ['state']],
      [36, 77, 6, {}, ['more']],
    );
    expect(values(events)).toEqual(['live', 'more']);
    expect(values(asking)).toEqual(['live', 'state', 'more']);
  });

  it('of an observer that comes while the first SUBSCRIBE is under way sends its own', () => {
    const { wamp, wire } = joined();
    const plain = record(wamp.subscribe(TOPIC));
    const asking = record(wamp.subscribe(TOPIC, RETAINED));
    expect(wire.rest()).toEqual([
      [32, 1, {}, TOPIC],
      [32, 2, { get_retained: true }, TOPIC],
    ]);
    wire.send([33, 1, 77], [33, 2, 77], [36, 77, 4, { retained: true }, ['state']]);
    expect([values(plain), values(asking)]).toEqual([[], ['state']]);
  });

  it('brings each observer one: a second asker does not repeat it to the first', () => {
    const { wamp, wire } = subscribed();
    const [one, two] = [record(wamp.subscribe(TOPIC, RETAINED)), record(wamp.subscribe(TOPIC, RETAINED))];
    expect(wire.rest().length).toBe(2);
    wire.send(
      [33, 2, 77],
      [36, 77, 4, { retained: true }, ['state']],
      [33, 3, 77],
      [36, 77, 4, { retained: true }, ['state']],
    );
    expect([values(one), values(two)]).toEqual([['state'], ['state']]);
  });

  it('where there is none brings nothing; who asks later gets what is kept by then', () => {
    const { wamp, wire } = joined();
    record(wamp.subscribe(TOPIC, RETAINED));
    wire.take(32);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['live']]);
    const late = record(wamp.subscribe(TOPIC, RETAINED));
    wire.take(32);
    wire.send([33, 2, 77], [36, 77, 5, { retained: true }, ['live']]);
    expect(values(late)).toEqual(['live']);
  });

  it('of a pattern brings the state of each topic', () => {
    const { wamp, wire } = joined();
    const asking = record(wamp.subscribe('com.app.', { match: 'prefix', getRetained: true }));
    wire.take(32);
    wire.send(
      [33, 1, 77],
      [36, 77, 4, { retained: true, topic: 'com.app.a' }, ['a']],
      [36, 77, 5, { retained: true, topic: 'com.app.b' }, ['b']],
    );
    expect(values(asking)).toEqual(['a', 'b']);
  });

  it('refused, fails those alone who asked', () => {
    const { wamp, wire, events } = subscribed();
    const asking = record(wamp.subscribe(TOPIC, RETAINED));
    wire.take(32);
    wire.send([8, 32, 2, {}, 'wamp.error.option_not_allowed'], [36, 77, 5, {}, ['x']]);
    expect(asking.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.option_not_allowed' }));
    expect(values(events)).toEqual(['x']);
  });

  it('of an observer that left meanwhile does no harm', async () => {
    const { wamp, wire, events } = subscribed();
    const asking = record(wamp.subscribe(TOPIC, RETAINED));
    wire.take(32);
    asking.stop();
    wire.send([33, 2, 77], [36, 77, 4, { retained: true }, ['state']]);
    expect(values(events)).toEqual([]);
    events.stop();
    await turn();
    expect(wire.rest()).toEqual([[34, 3, 77]]);
  });

  it("'once' of the first observer asks", () => {
    const { wamp, wire } = joined();
    const asking = record(wamp.subscribe(TOPIC, { getRetained: 'once' }));
    expect(wire.take(32)).toEqual([32, 1, { get_retained: true }, TOPIC]);
    wire.send([33, 1, 77], [36, 77, 4, { retained: true }, ['state']]);
    expect(values(asking)).toEqual(['state']);
  });

  it("'once' of a late observer asks, too", () => {
    const { wamp, wire } = subscribed();
    const asking = record(wamp.subscribe(TOPIC, { getRetained: 'once' }));
    expect(wire.take(32)).toEqual([32, 2, { get_retained: true }, TOPIC]);
    wire.send([33, 2, 77], [36, 77, 4, { retained: true }, ['state']]);
    expect(values(asking)).toEqual(['state']);
  });

  it('does not make the next SUBSCRIBE of others ask', async () => {
    const { wamp, wire, events } = subscribed();
    const asking = record(wamp.subscribe(TOPIC, RETAINED));
    wire.take(32);
    wire.send([33, 2, 77]);
    asking.stop();
    events.stop();
    await turn();
    wire.take(34);
    record(wamp.subscribe(TOPIC));
    expect(wire.take(32)).toEqual([32, 4, {}, TOPIC]);
  });
});

describe('onSubscribed', () => {
  it('is called before the first event, with what was subscribed', () => {
    const { wamp, wire, session } = joined();
    const seen: unknown[] = [];
    wamp
      .subscribe('com.app.', { match: 'prefix', onSubscribed: (info) => seen.push(info) })
      .subscribe(({ value }) => seen.push(value));
    wire.take(32);
    expect(seen).toEqual([]);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['x']]);
    expect(seen).toEqual([{ id: 77, topic: 'com.app.', match: 'prefix', session, again: false }, 'x']);
  });

  it('is called for each observer, at once where the topic is live', () => {
    const { wamp, wire } = subscribed();
    const infos: SubscriptionInfo[] = [];
    record(wamp.subscribe(TOPIC, { onSubscribed: (info) => infos.push(info) }));
    expect(infos.map(({ id, again }) => [id, again])).toEqual([[77, false]]);
    expect(wire.rest()).toEqual([]);
  });

  it('is not called again when another observer asks for retained events', () => {
    const { wamp, wire } = joined();
    const infos: SubscriptionInfo[] = [];
    record(wamp.subscribe(TOPIC, { onSubscribed: (info) => infos.push(info) }));
    record(wamp.subscribe(TOPIC, { getRetained: true }));
    wire.send([33, 1, 77], [33, 2, 77]);
    expect(infos.length).toBe(1);
  });

  it('that throws is reported on userErrors$ and harms nothing', () => {
    const { wamp, wire } = joined();
    const errors = record(wamp.userErrors$);
    const events = record(
      wamp.subscribe(TOPIC, {
        onSubscribed: () => {
          throw new RangeError('mine');
        },
      }),
    );
    wire.take(32);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['x']]);
    expect(errors.values).toEqual([{ error: jasmine.any(RangeError), context: `onSubscribed of ${TOPIC}` }]);
    expect(values(events)).toEqual(['x']);
  });

  it('may unsubscribe', async () => {
    const { wamp, wire } = joined();
    const subscription = wamp.subscribe(TOPIC, { onSubscribed: () => subscription.unsubscribe() }).subscribe();
    wire.take(32);
    wire.send([33, 1, 77]);
    await turn();
    expect(wire.rest()).toEqual([[34, 2, 77]]);
  });
});

describe('options of a topic that is live already', () => {
  it('must be the same on the wire', () => {
    const { wamp, wire } = joined();
    const first = record(wamp.subscribe(TOPIC, { nkey: 'a', x_own: [1] }));
    const same = record(wamp.subscribe(TOPIC, { x_own: [1], nkey: 'a', getRetained: false, correlationId: 1 }));
    expect([first.ended, same.ended]).toEqual([false, false]);
    for (const options of [{}, { nkey: 'b', x_own: [1] }, { nkey: 'a' }, { nkey: 'a', x_own: [2] }]) {
      const other = record(wamp.subscribe(TOPIC, options));
      expect(other.error).toEqual(jasmine.objectContaining({ name: 'InvalidStateError' }));
      expect((other.error as Error).message).toContain(TOPIC);
    }
    expect(wire.rest().length).toBe(1);
    expect(first.ended).toBeFalse();
  });

  it('match: exact is the same as none', () => {
    const { wamp, wire } = subscribed();
    const events = record(wamp.subscribe(TOPIC, { match: 'exact' }));
    wire.send([36, 77, 5, {}, ['x']]);
    expect([values(events), events.error]).toEqual([['x'], undefined]);
    expect(wire.rest()).toEqual([]);
  });

  it('may be others once it is unobserved', async () => {
    const { wamp, wire, events } = subscribed();
    events.stop();
    await turn();
    wire.take(34);
    const other = record(wamp.subscribe(TOPIC, { nkey: 'b' }));
    expect(other.ended).toBeFalse();
    expect(wire.take(32)).toEqual([32, 3, { nkey: 'b' }, TOPIC]);
  });
});

describe('an endless stream of topics', () => {
  it('is left and taken in the order of the program', async () => {
    const { wamp, wire } = joined();
    const names = of('com.app.a', 'com.app.b', 'com.app.c');
    const last = record(names.pipe(switchMap((name) => wamp.subscribe(name))));
    expect(wire.rest().map(([, , , name]) => name)).toEqual(['com.app.a', 'com.app.b', 'com.app.c']);
    wire.send([33, 1, 71], [33, 2, 72], [33, 3, 73]);
    await turn();
    expect(wire.rest()).toEqual([
      [34, 4, 71],
      [34, 5, 72],
    ]);
    last.stop();
  });

  it('is given back, though the last observer left before the retained event was refused', async () => {
    const { wamp, wire } = joined();
    const first = record(wamp.subscribe(TOPIC));
    wire.take(32);
    wire.send([33, 1, 77]);
    const second = record(wamp.subscribe(TOPIC, { getRetained: true }));
    wire.take(32);
    first.stop();
    second.stop();
    await turn();
    wire.send([8, 32, 2, {}, 'wamp.error.not_authorized']);
    expect(wire.rest()).toEqual([[34, 3, 77]]);
  });
});

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
    expect([walk(), observers.size === 0]).toEqual(['abc', false]);
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
        expect(observers.size === 0).toBeFalse();
        observers.remove(items.find((item) => item.name === name)!);
      }
      expect([walk(), observers.size === 0])
        .withContext(order)
        .toEqual(['', true]);
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
    expect(observers.size === 0).toBeTrue();
  });
});
