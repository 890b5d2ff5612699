import { config, Observable, of, Subject } from 'rxjs';
import { topic, type TopicOptions } from '../../src/flow/topic.ts';
import type { Wamp } from '../../src/session/options.ts';
import { joined, turn } from '../helpers/wire.ts';

const TOPIC = 'com.app.t';

describe('topic()', () => {
  it('asks the router for nothing before it is heard or fed', () => {
    const { wamp, wire } = joined();
    topic(wamp, TOPIC);
    expect(wire.rest()).toEqual([]);
  });

  it('is heard as subscribe() is, with its options', async () => {
    const { wamp, wire } = joined();
    const heard: unknown[] = [];
    const subscription = topic<string>(wamp, TOPIC, { subscribe: { getRetained: true } }).subscribe(({ value }) =>
      heard.push(value),
    );
    expect(wire.rest()).toEqual([[32, 1, { get_retained: true }, TOPIC]]);
    wire.send([33, 1, 7], [36, 7, 1, {}, ['a']], [36, 7, 2, {}, ['b']]);
    expect(heard).toEqual(['a', 'b']);
    subscription.unsubscribe();
    await turn();
    expect(wire.rest()).toEqual([[34, 2, 7]]);
  });

  it('publishes what it is fed, one by one or by a source, with its options', () => {
    const { wamp, wire } = joined();
    const mood = topic(wamp, TOPIC, { publish: { excludeMe: false } });
    mood.next('a');
    of(1, [2]).subscribe(mood);
    expect(wire.rest()).toEqual([
      [16, 1, { exclude_me: false }, TOPIC, ['a']],
      [16, 2, { exclude_me: false }, TOPIC, [1]],
      [16, 3, { exclude_me: false }, TOPIC, [[2]]],
    ]);
  });

  it('outlives its sources: one that completes, and one that fails, which is reported', () => {
    const { wamp, wire } = joined();
    const mood = topic<number>(wamp, TOPIC);
    const reported: unknown[] = [];
    const before = config.onUnhandledError;
    config.onUnhandledError = (error) => reported.push(error);
    try {
      jasmine.clock().install();
      let ended = false;
      mood.subscribe({ complete: () => (ended = true), error: () => (ended = true) });
      const source = new Subject<number>();
      source.subscribe(mood);
      source.error(new Error('broken'));
      of(1).subscribe(mood);
      of(2).subscribe(mood);
      jasmine.clock().tick(1);
      expect(ended).toBeFalse();
      expect(reported.map(String)).toEqual(['Error: broken']);
      expect(wire.rest().map((message) => message[4] ?? message[0])).toEqual([32, [1], [2]]);
    } finally {
      jasmine.clock().uninstall();
      config.onUnhandledError = before;
    }
  });

  it('is an Observable', () => {
    const { wamp } = joined();
    expect(topic(wamp, TOPIC)).toBeInstanceOf(Observable);
  });

  const wrong: readonly (readonly [what: string, make: (wamp: Wamp) => unknown, said: RegExp])[] = [
    ['a client that is none', () => topic(5 as unknown as Wamp, TOPIC), /topic\(\).*the number 5/],
    ['a malformed URI', (wamp) => topic(wamp, 'a b'), /"a b"/],
    ['a pattern, which cannot be fed', (wamp) => topic(wamp, 'a..b', { subscribe: { match: 'wildcard' } }), /"a\.\.b"/],
    ['an unknown option', (wamp) => topic(wamp, TOPIC, { match: 'exact' } as TopicOptions), /'match'/],
    [
      'an option of no kind',
      (wamp) => topic(wamp, TOPIC, { publish: 5 } as unknown as TopicOptions),
      /publish must be/,
    ],
    ['an unknown option of publish()', (wamp) => topic(wamp, TOPIC, { publish: { x: 1 } } as TopicOptions), /'x'/],
    ['an unknown option of subscribe()', (wamp) => topic(wamp, TOPIC, { subscribe: { x: 1 } } as TopicOptions), /'x'/],
  ];
  for (const [what, make, said] of wrong) {
    it(`refuses ${what}, and names it`, () => {
      const { wamp } = joined();
      expect(() => make(wamp)).toThrowMatching((error: Error) => said.test(error.message));
    });
  }
});
