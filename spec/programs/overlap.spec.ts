import { NEVER, Subject } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { rejoin } from '../../src/programs/rejoin.ts';
import { ClosedError, ConnectionLostError } from '../../src/protocol/errors.ts';
import { acceptTicket } from '../../src/router/index.ts';
import type { Session } from '../../src/session/session.ts';
import type { WampEvent } from '../../src/session/events.ts';
import { createTestRouter, record, type Recording } from '../../src/testing/index.ts';
import { faked, inState, STEADY, virtual, waitOut, world, type VirtualTime, type World } from '../client/helpers.ts';

const session = ({ client }: World): Session => inState(client, 'joined').session;
const values = (recording: { readonly values: readonly { readonly value: unknown }[] }): unknown[] =>
  recording.values.map(({ value }) => value);
const ROLES = { broker: { features: { subscriber_blackwhite_listing: true, publisher_exclusion: true } }, dealer: {} };

/** A client with a topic in its first session, and the second one joined beside it; the router is the test. */
function twice(
  time: VirtualTime,
  options: Parameters<typeof faked>[0] = {},
): ReturnType<typeof faked> & { readonly heard: Recording<WampEvent>; answer(at: number): void } {
  const w = faked(options);
  time.advance();
  w.at(0).welcome(7, ROLES);
  const heard = record(w.client.subscribe('com.app.t'));
  w.at(0).reply(33, 1, 5);
  rejoin(w.client, { overlap: true, drain: 5000 }).subscribe({ error: () => undefined });
  time.advance();
  w.at(1).welcome(8, ROLES);
  return {
    ...w,
    heard,
    // the last request: an UNSUBSCRIBE of nothing
    answer: (at) => w.at(at).reply(8, 34, w.at(at).of(34).at(-1)?.[1], {}, 'wamp.error.no_such_subscription'),
  };
}

describe('rejoin() with overlap', () => {
  it('opens the second session before it leaves the first, and the streams follow', () => {
    virtual((time) => {
      const w = world();
      const again: unknown[] = [];
      const events = record(
        w.client.subscribe<number>('com.app.t', { onSubscribed: (subscribed) => again.push(subscribed.again) }),
      );
      const registrations = record(w.client.register('com.app.f', () => 'here'));
      time.advance();
      const before = session(w);
      const own = record(before.subscribe('com.app.own'));
      const next = record(rejoin(w.client, { overlap: true }));
      time.advance(2000);
      expect(next.values.map(({ id }) => id)).toEqual([session(w).id]);
      expect(next.completed).toBeTrue();
      expect(session(w)).not.toBe(before);
      expect([before.open, own.completed]).toEqual([false, true]);
      expect(again).toEqual([false, true]);
      expect(registrations.values.map((registration) => registration.again)).toEqual([false, true]);
      expect(w.types()).toEqual(['connect', 'join', 'ready', 'connect', 'join', 'ready', 'leave', 'disconnect']);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined']);
      expect(w.router.sessions.length).toBe(1);
      w.client.publish('com.app.t', [1], {}, { excludeMe: false });
      const call = record(w.client.call('com.app.f'));
      time.advance();
      expect(values(events)).toEqual([1]);
      expect(values(call)).toEqual(['here']);
    });
  });

  it('delivers each publication once and in order, in whichever order the sessions hear of it', () => {
    virtual((time) => {
      const w = twice(time);
      const event = (at: number, publication: number): void =>
        w.at(at).reply(36, 5 + at, publication, {}, [publication]);
      event(0, 1);
      w.answer(0);
      w.at(1).reply(33, 1, 6);
      event(1, 2);
      event(1, 3);
      event(0, 2);
      expect(values(w.heard)).toEqual([1, 2]);
      // the first session has heard of it, the second has not
      event(0, 3);
      event(0, 4);
      w.answer(0);
      event(0, 5);
      event(1, 4);
      event(1, 5);
      expect(values(w.heard)).toEqual([1, 2, 3, 4, 5]);
      w.answer(1);
      event(1, 6);
      expect(values(w.heard)).toEqual([1, 2, 3, 4, 5, 6]);
      // the first gives back what it holds, and is left when that is answered
      expect(w.at(0).of(34).at(-1)).toEqual([34, 4, 5]);
      expect(w.at(0).of(6)).toEqual([]);
      w.at(0).reply(35, 4);
      time.advance(200);
      expect(w.at(0).of(6).length).toBe(1);
    });
  });

  it('publishes and calls in order, and what it publishes does not come back', () => {
    virtual((time) => {
      const w = twice(time);
      w.client.publish('com.app.t', [1]);
      w.client.publish('com.app.t', [2], {}, { exclude: [9] });
      w.client.publish('com.app.t', [3], {}, { excludeMe: false });
      const call = record(w.client.call('com.app.f'));
      expect([w.at(0).of(16), w.at(1).of(16)]).toEqual([[], []]);
      w.answer(0);
      expect(
        w
          .at(1)
          .of(16)
          .map(([, , options, , args]) => [options, args]),
      ).toEqual([
        [{ exclude: [7] }, [1]],
        [{ exclude: [9, 7] }, [2]],
        [{ exclude_me: false }, [3]],
      ]);
      w.at(1).reply(50, w.at(1).of(48)[0]?.[1], {}, ['done']);
      expect(values(call)).toEqual(['done']);
      expect(w.at(0).of(48)).toEqual([]);
    });
  });

  for (const like of ['crossbar', 'nexus'] as const) {
    it(`hands registrations over, shared or not, of a router like ${like}`, () => {
      virtual((time) => {
        const router = createTestRouter({ like });
        const w = world({ router });
        const caller = world({ router });
        const work = new Subject<string>();
        const slow = record(w.client.register('com.app.slow', () => work));
        const shared = record(w.client.register('com.app.shared', () => 'shared', { invoke: 'roundrobin' }));
        time.advance();
        const running = record(caller.client.call('com.app.slow'));
        time.advance();
        rejoin(w.client, { overlap: true });
        time.advance(1000);
        expect([slow, shared].map(({ values: { length } }) => length)).toEqual([2, 2]);
        expect([slow.ended, shared.ended, running.ended]).toEqual([false, false, false]);
        // what runs ends where it began
        expect(router.sessions.length).toBe(3);
        work.next('done');
        work.complete();
        time.advance(1000);
        expect(values(running)).toEqual(['done']);
        expect(router.sessions.length).toBe(2);
        const calls = record(caller.client.call('com.app.shared'));
        time.advance();
        expect(values(calls)).toEqual(['shared']);
        expect(w.of(64).length).toBe(like === 'nexus' ? 5 : 4);
      });
    });
  }

  it('a procedure that another client has is refused as ever', () => {
    virtual((time) => {
      const w = twice(time);
      w.answer(0);
      w.at(1).reply(33, 1, 6);
      const refused = record(w.client.register('com.app.f', () => 1));
      expect(
        w
          .at(1)
          .of(64)
          .map(([, , options]) => options),
      ).toEqual([{}]);
      w.at(1).reply(8, 64, 2, {}, 'wamp.error.procedure_already_exists');
      expect(refused.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.procedure_already_exists' }));
    });
  });

  it('a registration that the first session asked for in vain is asked for until it is free', () => {
    virtual((time) => {
      const w = faked();
      time.advance();
      w.at(0).welcome(7);
      const registration = record(w.client.register('com.app.f', () => 1));
      rejoin(w.client, { overlap: true });
      time.advance();
      w.at(1).welcome(8);
      w.at(0).reply(8, 34, 2, {}, 'wamp.error.no_such_subscription');
      w.at(1).reply(8, 64, 1, {}, 'wamp.error.procedure_already_exists');
      expect(w.at(1).of(64).length).toBe(2);
      w.at(0).reply(65, 1, 3);
      expect(w.at(0).of(66)).toEqual([[66, 4, 3]]);
      w.at(0).reply(67, 4);
      w.at(1).reply(65, 2, 4);
      expect(registration.values.map(({ id }) => id)).toEqual([4]);
    });
  });

  it('fails calls that do not end within `drain` milliseconds, and leaves then', () => {
    virtual((time) => {
      const w = world();
      w.client.register('com.app.slow', () => NEVER).subscribe();
      time.advance();
      const call = record(w.client.call('com.app.slow'));
      time.advance();
      const before = session(w);
      rejoin(w.client, { overlap: true, drain: 3000 });
      time.advance(2900);
      expect([call.ended, w.router.sessions.length]).toEqual([false, 2]);
      // nothing new begins in it
      const late = record(before.subscribe('com.app.t'));
      time.advance();
      expect([before.open, late.error]).toEqual([false, jasmine.any(ConnectionLostError)]);
      time.advance(200);
      expect(call.error).toBeInstanceOf(ConnectionLostError);
      expect(w.router.sessions.length).toBe(1);
      expect(inState(w.client, 'joined').healing).toBe(0);
    });
  });

  it('changes nothing where the next session is refused', () => {
    virtual((time) => {
      const w = world({
        router: createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 'good' })] } } }),
        auth: [ticket({ authid: 'joe', ticket: 'good' })],
      });
      const events = record(w.client.subscribe('com.app.t'));
      time.advance();
      const before = session(w);
      const next = record(rejoin(w.client, { auth: [ticket({ authid: 'joe', ticket: 'bad' })], overlap: true }));
      time.advance(60_000);
      expect(next.error).toEqual(jasmine.objectContaining({ name: 'AbortError' }));
      expect(session(w)).toBe(before);
      w.client.publish('com.app.t', [1], {}, { excludeMe: false });
      time.advance();
      expect(values(events)).toEqual([1]);
      // and the good one serves the sessions to come
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect(session(w)).not.toBe(before);
    });
  });

  /** The first session is lost while the second is dialled. */
  const lostWhileDialling = (time: VirtualTime, realm = 'realm1') => {
    const w = faked();
    time.advance();
    w.at(0).welcome(7);
    const events = record(w.client.subscribe('com.app.t'));
    w.at(0).reply(33, 1, 5);
    const next = record(rejoin(w.client, { realm, overlap: true }));
    time.advance();
    w.at(0).lose();
    return { w, events, next };
  };

  it('goes on with the second session where the first is lost meanwhile', () => {
    virtual((time) => {
      const { w, events, next } = lostWhileDialling(time);
      expect(w.client.status.state).toBe('joining');
      w.at(1).welcome(8);
      w.at(1).reply(33, 1, 6);
      w.at(1).reply(36, 6, 1, {}, ['x']);
      expect([next.values.length, events.values.length]).toEqual([1, 1]);
      time.advance(10_000);
      expect(w.at(1).open).toBeTrue();
      expect(w.at(2)).toBeUndefined();
    });
  });

  it('streams of the first session error where that is lost when the second is joined', () => {
    virtual((time) => {
      const w = faked();
      time.advance();
      w.at(0).welcome(7);
      const own = record(session(w).subscribe('com.app.own'));
      w.at(0).reply(33, 1, 5);
      const next = record(rejoin(w.client, { overlap: true }));
      time.advance();
      w.at(1).welcome(8);
      w.at(0).lose();
      expect(own.error).toBeInstanceOf(ConnectionLostError);
      expect(next.values).toEqual([session(w)]);
    });
  });

  it('gives up where the first session is lost meanwhile, and the second is refused', () => {
    virtual((time) => {
      const { w, events, next } = lostWhileDialling(time, 'realm2');
      w.at(1).reply(3, {}, 'wamp.error.no_such_realm');
      const { error } = inState(w.client, 'failed');
      expect(error).toEqual(jasmine.objectContaining({ reason: 'wamp.error.no_such_realm' }));
      expect([next.error, events.error]).toEqual([error, error]);
    });
  });

  for (const whose of ['first', 'second'] as const) {
    it(`loses no event that has come where the ${whose} session is lost while streams move`, () => {
      virtual((time) => {
        const w = twice(time, { reconnect: STEADY });
        w.answer(0);
        w.at(1).reply(33, 1, 6);
        w.at(0).reply(36, 5, 1, {}, [1]);
        w.at(1).reply(36, 6, 1, {}, [1]);
        w.at(1).reply(36, 6, 2, {}, [2]);
        w.at(whose === 'first' ? 0 : 1).lose();
        if (whose === 'second') w.answer(0);
        expect(values(w.heard)).toEqual([1, 2]);
        expect(w.client.status.state).toBe(whose === 'first' ? 'joined' : 'waiting');
        time.advance(10_000);
        // what is lost cannot be left
        expect(w.at(0).of(6).length).toBe(whose === 'first' ? 0 : 1);
      });
    });
  }

  it('gives what waits to the first session where the second is lost at once, and dials again', () => {
    virtual((time) => {
      const w = twice(time, { reconnect: STEADY });
      w.client.publish('com.app.t', [1]);
      w.at(1).lose();
      w.answer(0);
      expect(
        w
          .at(0)
          .of(16)
          .map(([, , , , args]) => args),
      ).toEqual([[1]]);
      time.advance(2000);
      w.at(2).welcome(9);
      w.answer(0);
      expect(session(w).id).toBe(9);
    });
  });

  it('goes on in the first session where another one was wanted meanwhile, and is refused', () => {
    virtual((time) => {
      const w = twice(time, { reconnect: false });
      const next = record(rejoin(w.client, { overlap: true }));
      w.client.publish('com.app.t', [1]);
      w.answer(0);
      time.advance();
      w.at(2).reply(3, {}, 'wamp.error.no_such_realm');
      expect(next.error).toEqual(jasmine.objectContaining({ reason: 'wamp.error.no_such_realm' }));
      expect(session(w).id).toBe(7);
      w.client.publish('com.app.t', [2]);
      expect(
        w
          .at(0)
          .of(16)
          .map(([, , , , args]) => args),
      ).toEqual([[1], [2]]);
    });
  });

  for (const [when, stage] of Object.entries({ 'while it is dialled': 0, 'while streams move': 1 })) {
    it(`ends both sessions where the client is closed ${when}`, () => {
      virtual((time) => {
        const w = faked();
        time.advance();
        w.at(0).welcome(7);
        const call = record(w.client.call('com.app.f'));
        const next = record(rejoin(w.client, { overlap: true }));
        time.advance();
        if (stage === 1) {
          w.at(1).welcome(8);
          w.at(0).reply(8, 34, 2, {}, 'wamp.error.no_such_subscription');
        }
        void w.client.close();
        time.advance();
        expect(call.error).toBeInstanceOf(ClosedError);
        for (const at of [0, 1]) w.at(at).reply(6, {}, 'wamp.close.goodbye_and_out');
        time.advance();
        expect([w.at(0).open, w.at(1).open]).toEqual([false, false]);
        expect(w.client.status.state).toBe('closed');
        if (stage === 0) expect(next.error).toBeInstanceOf(ClosedError);
        time.advance(5000);
        expect(time.timers()).toBe(0);
      });
    });
  }

  it('lets invocations of the first session be answered where the client is closed with a drain', () => {
    virtual((time) => {
      const w = faked();
      const work = new Subject<string>();
      time.advance();
      w.at(0).welcome(7);
      record(w.client.register('com.app.f', () => work));
      w.at(0).reply(65, 1, 6);
      w.at(0).reply(68, 1, 6, {});
      rejoin(w.client, { overlap: true }).subscribe();
      time.advance();
      w.at(1).welcome(8);
      w.at(0).reply(8, 34, 2, {}, 'wamp.error.no_such_subscription');
      w.at(1).reply(65, 1, 9);
      void w.client.close({ drain: 5000 });
      w.at(1).reply(67, w.at(1).of(66)[0]?.[1]);
      time.advance(1000);
      expect(session(w).id).toBe(8);
      work.next('done');
      work.complete();
      expect(w.at(0).of(70)).toEqual([[70, 1, {}, ['done']]]);
      time.advance(50);
      expect([w.at(0).of(6).length, w.at(1).of(6).length]).toEqual([1, 1]);
    });
  });

  it('of two the later one counts, also while the earlier one moves streams', () => {
    virtual((time) => {
      const w = world();
      const events = record(w.client.subscribe('com.app.t'));
      time.advance();
      const first = record(rejoin(w.client, { overlap: true }));
      const second = record(rejoin(w.client, { overlap: true }));
      expect(first.error).toBeInstanceOf(ConnectionLostError);
      let third: ReturnType<typeof record> | undefined;
      let sessions = 0;
      w.client.session$.subscribe(() => {
        if (++sessions === 2) third = record(rejoin(w.client, { overlap: true }));
      });
      time.advance(3000);
      expect(second.values.length).toBe(1);
      expect(third?.values.length).toBe(1);
      expect(w.router.sessions.length).toBe(1);
      w.client.publish('com.app.t', [1], {}, { excludeMe: false });
      time.advance();
      expect(values(events)).toEqual([1]);
    });
  });

  it('says what is wrong with its options, and joins as ever where there is no session', () => {
    virtual((time) => {
      const w = world();
      expect(() => rejoin(w.client, { overlap: 1 } as never)).toThrowError(TypeError, /overlap/);
      expect(() => rejoin(w.client, { overlap: true, drain: '1' } as never)).toThrowError(TypeError, /drain/);
      const next = record(rejoin(w.client, { overlap: true }));
      time.advance();
      expect(next.values.length).toBe(1);
    });
  });
});
