import { NEVER, Subject, type Observable, type Subscription } from 'rxjs';
import { forEachSession } from '../../src/programs/for-each-session.ts';
import { streams, type StreamState } from '../../src/programs/streams.ts';
import { result } from '../../src/session/invocation.ts';
import type { Session } from '../../src/session/session.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { an, faked, inState, virtual, waitOut, world } from '../client/helpers.ts';
import { WampError } from '../../src/protocol/errors.ts';

/** What is listed, one text for each: `topic com.app.t confirmed`. */
const shown = (list: readonly StreamState[] | undefined): string[] =>
  (list ?? []).map(({ kind, uri, state }) => `${kind} ${uri} ${state}`);

/** Subscribes and keeps nothing of it. */
const keep = (source: Observable<unknown>): Subscription => source.subscribe({ error: () => undefined });

describe('streams()', () => {
  it('refuses what is no client', () => {
    virtual(() => {
      expect(() => streams({} as never)).toThrowError(TypeError, /streams\(\): expected a WampClient/);
    });
  });

  it('does not dial, and emits an empty list where there is nothing', () => {
    virtual((time) => {
      const w = world();
      const lists = record(streams(w.client));
      time.advance();
      expect(lists.values).toEqual([[]]);
      expect(w.states()).toEqual(['idle']);
    });
  });

  it('shows a topic from its request to its end', () => {
    virtual((time) => {
      const w = faked();
      const lists = record(streams(w.client));
      const topic = keep(w.client.subscribe('com.app.t', { match: 'prefix', nkey: 'k', getRetained: true }));
      time.advance(5);
      const waiting = { kind: 'topic', uri: 'com.app.t', match: 'prefix', id: undefined, observers: 1 } as const;
      expect(lists.values.at(-1)).toEqual([{ ...waiting, options: { nkey: 'k' }, state: 'waiting', since: 0 }]);
      w.at(0).welcome(1, {
        broker: { features: { pattern_based_subscription: true, sharded_subscription: true, event_retention: true } },
      });
      time.advance(5);
      expect(lists.values.at(-1)).toEqual([{ ...waiting, options: { nkey: 'k' }, state: 'requested', since: 5 }]);
      w.at(0).reply(33, 1, 77);
      time.advance();
      expect(lists.values.at(-1)).toEqual([
        { ...waiting, id: 77, options: { nkey: 'k' }, state: 'confirmed', since: 10 },
      ]);
      topic.unsubscribe();
      time.advance();
      expect(lists.values.at(-1)).toEqual([]);
    });
  });

  it('counts the observers of a topic, session-bound ones included', () => {
    virtual((time) => {
      const w = world();
      const first = keep(w.client.subscribe('com.app.t'));
      time.advance();
      const lists = record(streams(w.client));
      const observers = (): unknown => {
        time.advance();
        return lists.values.at(-1)!.map((one) => one.observers);
      };
      expect(observers()).toEqual([1]);
      const second = keep(inState(w.client, 'joined').session.subscribe('com.app.t'));
      expect(observers()).toEqual([2]);
      first.unsubscribe();
      expect(observers()).toEqual([1]);
      second.unsubscribe();
      expect(observers()).toEqual([]);
    });
  });

  it('shows what waits for a session, calls too, and what they become without a message', () => {
    virtual((time) => {
      const w = world({ transports: [{ name: 'never', open: () => NEVER }], joinTimeout: 100_000, waitTimeout: 50 });
      const lists = record(streams(w.client));
      const list = (): string[] => {
        time.advance();
        return shown(lists.values.at(-1));
      };
      const topic = keep(w.client.subscribe('com.app.t'));
      const registration = keep(w.client.register('com.app.f', () => 1));
      const call = keep(w.client.call('com.app.g'));
      expect(list()).toEqual(['topic com.app.t waiting', 'procedure com.app.f waiting', 'call com.app.g waiting']);
      topic.unsubscribe();
      expect(list()).toEqual(['procedure com.app.f waiting', 'call com.app.g waiting']);
      registration.unsubscribe();
      expect(list()).toEqual(['call com.app.g waiting']);
      call.unsubscribe();
      expect(list()).toEqual([]);
      keep(w.client.call('com.app.g'));
      expect(list()).toEqual(['call com.app.g waiting']);
      time.advance(50);
      expect(list()).toEqual([]);
    });
  });

  it('shows open calls with their options and ids, also those that were made before, until they end', () => {
    virtual((time) => {
      const w = faked();
      w.at(0).welcome(1, { broker: {}, dealer: {} });
      const call = keep(w.client.call('com.app.f', [1], {}, { deadline: 1000 }));
      time.advance(20);
      const lists = record(streams(w.client));
      time.advance();
      const common = { kind: 'call', uri: 'com.app.f', match: 'exact', observers: 1, state: 'requested' } as const;
      expect(lists.values).toEqual([[{ ...common, id: 1, options: { deadline: 1000 }, since: 0 }]]);
      // this router cannot cancel: nothing is sent
      call.unsubscribe();
      time.advance();
      expect(lists.values.at(-1)).toEqual([]);
      keep(w.client.call('com.app.f'));
      time.advance();
      expect(lists.values.at(-1)).toEqual([{ ...common, id: 2, options: {}, since: 20 }]);
      w.at(0).reply(50, 2, {});
      time.advance();
      expect(lists.values.at(-1)).toEqual([]);
    });
  });

  it('shows a call that streams its arguments before it has an id', () => {
    virtual((time) => {
      const w = faked();
      w.at(0).welcome(1, { broker: {}, dealer: { features: { progressive_call_invocations: true } } });
      const chunks = new Subject<readonly unknown[]>();
      keep(w.client.call('com.app.f', chunks));
      const lists = record(streams(w.client));
      time.advance();
      expect(lists.values.at(-1)!.map(({ id, state }) => [id, state])).toEqual([[undefined, 'waiting']]);
      chunks.next([1]);
      time.advance();
      expect(lists.values.at(-1)!.map(({ id, state }) => [id, state])).toEqual([[1, 'requested']]);
    });
  });

  it('shows invocations while a handler answers them', () => {
    virtual((time) => {
      const router = createTestRouter();
      const w = world({ router });
      const answers = new Subject<unknown>();
      keep(w.client.register('com.app.', () => answers, { match: 'prefix', discloseCaller: true }));
      time.advance(3);
      const lists = record(streams(w.client));
      const caller = world({ router });
      caller.client.call('com.app.f', [], {}, { timeout: 60_000 }).subscribe();
      time.advance(4);
      const invocation = lists.values.at(-1)!.find(({ kind }) => kind === 'invocation');
      expect(invocation).toEqual({
        kind: 'invocation',
        uri: 'com.app.f',
        match: 'exact',
        id: jasmine.any(Number) as never,
        observers: 1,
        options: jasmine.objectContaining({ caller: inState(caller.client, 'joined').session.id }),
        state: 'requested',
        since: 3,
      });
      answers.next(result([1]));
      time.advance();
      expect(shown(lists.values.at(-1))).toEqual(['procedure com.app. confirmed']);
    });
  });

  it('shows what heals, since the loss, however often that is repeated', () => {
    virtual((time) => {
      const w = faked({ reconnect: { jitter: 0, initialDelay: 10 } });
      const lists = record(streams(w.client));
      keep(w.client.subscribe('com.app.t'));
      w.at(0).welcome();
      w.at(0).reply(33, 1, 77);
      time.advance(100);
      w.at(0).lose();
      time.advance();
      const state = (): unknown => {
        time.advance();
        return lists.values.at(-1)!.map(({ id, state, since }) => [id, state, since]);
      };
      expect(state()).toEqual([[undefined, 'waiting', 100]]);
      waitOut(time, w.client);
      w.at(1).welcome();
      expect(state()).toEqual([[undefined, 'healing', 100]]);
      // refused for now, and asked again
      w.at(1).reply(8, 32, 1, {}, 'wamp.error.unavailable');
      time.advance(5);
      expect(state()).toEqual([[undefined, 'healing', 100]]);
      w.at(1).lose();
      waitOut(time, w.client);
      w.at(2).welcome();
      expect(state()).toEqual([[undefined, 'healing', 100]]);
      time.advance(1);
      w.at(2).reply(33, 1, 78);
      expect(state()).toEqual([[78, 'confirmed', time.now()]]);
    });
  });

  it('shows a registration that waits for its predecessor to be gone, and not that one', () => {
    virtual((time) => {
      const w = faked();
      const lists = record(streams(w.client));
      const first = keep(w.client.register('com.app.f', () => 1));
      w.at(0).welcome();
      w.at(0).reply(65, 1, 77);
      first.unsubscribe();
      time.advance();
      expect(lists.values.at(-1)).toEqual([]);
      const second = keep(w.client.register('com.app.f', () => 2, { invoke: 'first' }));
      time.advance();
      expect(lists.values.at(-1)!.map(({ options, state }) => [options, state])).toEqual([
        [{ invoke: 'first' }, 'waiting'],
      ]);
      second.unsubscribe();
      time.advance();
      expect(lists.values.at(-1)).toEqual([]);
      w.at(0).reply(67, 2);
      keep(w.client.register('com.app.f', () => 3));
      time.advance();
      expect(shown(lists.values.at(-1))).toEqual(['procedure com.app.f requested']);
    });
  });

  it('shows what forEachSession() runs', () => {
    virtual((time) => {
      const w = world();
      const settled = new Subject<void>();
      const run = keep(forEachSession(w.client, (_: Session) => settled));
      const lists = record(streams(w.client));
      time.advance();
      expect(lists.values.at(-1)!.map(({ kind, state }) => [kind, state])).toEqual([['setup', 'waiting']]);
      settled.next();
      time.advance();
      run.unsubscribe();
      time.advance();
      expect(lists.values.at(-1)).toEqual([]);
    });
  });

  it('keeps the object of what has not changed, and emits no list twice', () => {
    virtual((time) => {
      const w = world();
      keep(w.client.subscribe('com.app.a'));
      time.advance();
      const lists = record(streams(w.client));
      time.advance();
      w.client.publish('com.app.a', [1], {}, { excludeMe: false });
      keep(w.client.subscribe('com.app.a')).unsubscribe();
      time.advance();
      expect(lists.values.length).toBe(1);
      keep(w.client.subscribe('com.app.b'));
      time.advance();
      expect(lists.values.map(shown)).toEqual([
        ['topic com.app.a confirmed'],
        ['topic com.app.a confirmed', 'topic com.app.b requested'],
        ['topic com.app.a confirmed', 'topic com.app.b confirmed'],
      ]);
      expect(new Set(lists.values.map(([first]) => first)).size).toBe(1);
    });
  });

  it('is empty for a client that has given up, and completes after close()', () => {
    virtual((time) => {
      const w = world({ realm: 'nowhere' });
      const lists = record(streams(w.client));
      keep(w.client.subscribe('com.app.t'));
      time.advance();
      an(WampError, inState(w.client, 'failed').error);
      expect(lists.values.at(-1)).toEqual([]);
      void w.client.close();
      time.advance();
      expect(lists.completed).toBeTrue();
    });
  });

  it('ends with an empty list at close()', () => {
    virtual((time) => {
      const w = world();
      keep(w.client.subscribe('com.app.t'));
      time.advance();
      const lists = record(streams(w.client));
      time.advance();
      void w.client.close();
      time.advance();
      expect(shown(lists.values[0])).toEqual(['topic com.app.t confirmed']);
      expect(lists.values.at(-1)).toEqual([]);
      expect(lists.completed).toBeTrue();
    });
  });

  it('observes nothing any more once it is not observed', () => {
    virtual((time) => {
      const w = world();
      const counted: number[] = [];
      const observing = streams(w.client).subscribe((list) => counted.push(list.length));
      time.advance();
      observing.unsubscribe();
      keep(w.client.subscribe('com.app.t'));
      time.advance();
      expect(counted).toEqual([0]);
    });
  });

  it('shows calls of a burst that wait for their turn, and not those that were cancelled meanwhile', () => {
    virtual((time) => {
      const w = faked();
      w.at(0).welcome();
      const lists = record(streams(w.client));
      const calls = Array.from({ length: 52 }, () => keep(w.client.call('com.app.g')));
      time.advance();
      const states = (): string[] => (lists.values.at(-1) ?? []).map(({ state }) => state);
      expect([states().length, states().slice(50)]).toEqual([52, ['waiting', 'waiting']]);
      calls[51]?.unsubscribe();
      time.advance();
      expect([states().length, states().slice(50)]).toEqual([51, ['waiting']]);
    });
  });
});
