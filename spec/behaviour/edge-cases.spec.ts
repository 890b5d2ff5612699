// Of the forty edge cases (edge-cases.ts lists them and their specs) what only shows against a router: our own, keeping
// to the specification and imitating the others.
import { map, Subject, toArray, type Observable } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import type { CancelMode } from '../../src/session/options.ts';
import type { Invocation } from '../../src/session/events.ts';
import { result } from '../../src/session/invocation.ts';
import type { RouterOptions } from '../../src/router/index.ts';
import { type Recording, record } from '../../src/testing/index.ts';
import { inState, STEADY, tracked, virtual, world, type VirtualTime, type World } from '../client/helpers.ts';
import { joined } from '../router/raw.ts';

const TOPIC = 'com.app.topic';
const PROCEDURE = 'com.app.procedure';

const DIALECTS: readonly (readonly [name: string, like: RouterOptions])[] = [
  ['the specification', {}],
  ['as Crossbar.io', { like: 'crossbar' }],
  ['as nexus', { like: 'nexus' }],
];

/** Another client of a world's router. */
const another = ({ router }: World): Client =>
  tracked(new Client({ realm: 'realm1', transports: [router.transport()], reconnect: STEADY, keepalive: false }));

const values = (recording: Recording<{ readonly value: unknown }>): unknown[] =>
  recording.values.map(({ value }) => value);

/** A handler whose work the spec does, under way for a call that has been cancelled. */
interface Cancelled {
  readonly call: Recording<unknown>;
  readonly work: Subject<unknown>;
  readonly invocation: Invocation;
}

/** Calls a procedure of the world's client from another one, and cancels when it is under way. */
function cancelled(time: VirtualTime, w: World, caller: Client, cancelMode: CancelMode, progress = false): Cancelled {
  const work = new Subject<unknown>();
  let invocation: Invocation | undefined;
  const registration = w.client
    .register(PROCEDURE, (each): Observable<unknown> | string => {
      if (invocation) return 'next';
      invocation = each;
      return work;
    })
    .subscribe();
  time.advance();
  const call = record(caller.call(PROCEDURE, [], {}, { cancelMode, progress }));
  time.advance();
  if (!invocation) throw new Error(`not called; ${String(registration.closed)}`);
  call.stop();
  return { call, work, invocation };
}

/** Expects that caller and callee are where they were, and calls still answered. */
function expectCalm(time: VirtualTime, w: World, caller: Client): void {
  time.advance();
  const next = record(caller.call(PROCEDURE));
  time.advance();
  expect(values(next)).toEqual(['next']);
  expect(next.completed).toBeTrue();
  expect(w.types()).not.toContain('leave');
  expect(inState(caller, 'joined').session.open).toBeTrue();
  expect(w.router.sessions.length).toBe(2);
}

describe('edge cases against routers of every dialect', () => {
  for (const [name, like] of DIALECTS.filter(([, { like: dialect }]) => dialect !== 'nexus')) {
    it(`edge case 2: a retained event comes marked and with its topic, though the router names none (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        another(w).publish(TOPIC, ['state'], {}, { retain: true });
        time.advance();
        const events = record(w.client.subscribe(TOPIC, { getRetained: true }));
        time.advance();
        w.router.publish(TOPIC, ['live']);
        time.advance();
        expect(events.values.map(({ value, details }) => [value, details.retained, details.topic])).toEqual([
          ['state', true, TOPIC],
          ['live', undefined, TOPIC],
        ]);
      });
    });
  }

  for (const [name, like] of DIALECTS) {
    it(`edge case 5: a second REGISTER of a shared procedure is refused here, whatever the router would do (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        const first = record(w.client.register(PROCEDURE, () => 'first', { invoke: 'roundrobin' }));
        time.advance();
        const second = record(w.client.register(PROCEDURE, () => 'second', { invoke: 'roundrobin' }));
        time.advance();
        expect(second.error).toEqual(jasmine.objectContaining({ name: 'InvalidStateError' }));
        expect(w.of(64).length).toBe(1);
        const calls = [1, 2, 3].map(() => record(w.client.call(PROCEDURE)));
        time.advance();
        expect(calls.flatMap(values)).toEqual(['first', 'first', 'first']);
        expect(first.ended).toBeFalse();
      });
    });

    it(`edge case 12: after CANCEL kill the router may answer as it likes (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        const caller = another(w);
        const { call, work, invocation } = cancelled(time, w, caller, 'kill');
        // the answer crosses the INTERRUPT
        work.next(result(['won the race']));
        time.advance();
        expect(w.of(49).map(([, , options]) => options)).toEqual([{ mode: 'kill' }]);
        expect(call.values).toEqual([]);
        expect(call.ended).toBeFalse();
        expect(invocation.signal.aborted).toBeFalse();
        expectCalm(time, w, caller);
      });
    });

    it(`edge case 13: CANCEL skip leaves the callee alone, and whether or not the router answers, no call waits (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        const caller = another(w);
        const { call, work, invocation } = cancelled(time, w, caller, 'skip');
        time.advance();
        expect([invocation.signal.aborted, work.observed]).toEqual([false, true]);
        work.next('too late');
        work.complete();
        time.advance();
        expect(w.of(70).length).toBe(1);
        expect(call.values).toEqual([]);
        expectCalm(time, w, caller);
      });
    });

    it(`edge case 16: INTERRUPT that answers late progress stops the handler and harms nothing (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        const caller = another(w);
        const { work, invocation } = cancelled(time, w, caller, 'skip', true);
        time.advance();
        work.next('late');
        work.next('later');
        time.advance();
        const stopped = like.like === 'nexus';
        expect([invocation.signal.aborted, work.observed]).toEqual([stopped, !stopped]);
        expect(w.of(8)).toEqual([]);
        expectCalm(time, w, caller);
      });
    });

    it(`edge case 17: INTERRUPT without a mode, of a CANCEL without one, is answered once (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        let signal: AbortSignal | undefined;
        w.client
          .register(PROCEDURE, (invocation) => {
            ({ signal } = invocation);
            return new Subject();
          })
          .subscribe();
        time.advance();
        const interrupts: unknown[] = [];
        w.router.messages$.subscribe(({ message }) => {
          if (message[0] === 69) interrupts.push(message[2]['mode']);
        });
        const caller = joined(w.router);
        caller.send([48, 1, {}, PROCEDURE]);
        time.advance();
        caller.send([49, 1, {}]);
        time.advance();
        expect(signal?.aborted).toBeTrue();
        expect(caller.take().map((frame) => frame.slice(0, 5))).toEqual([[8, 48, 1, {}, 'wamp.error.canceled']]);
        const [mode] = interrupts;
        if (like.like === 'crossbar') expect(mode).toBeUndefined();
        expect(interrupts.length).toBe(1);
        expect(w.of(8).length).toBe(mode === 'killnowait' ? 0 : 1);
        expect(w.client.status.state).toBe('joined');
      });
    });

    it(`edge case 24: progress: false with an INVOCATION is no continuation to come (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        w.client
          .register(PROCEDURE, ({ input$ }) =>
            input$.pipe(
              toArray(),
              map(({ length }) => length),
            ),
          )
          .subscribe();
        time.advance();
        const calls = [record(w.client.call(PROCEDURE, ['a'])), record(w.client.call(PROCEDURE, ['b']))];
        time.advance();
        expect(calls.map(values)).toEqual([[1], [1]]);
      });
    });

    it(`edge case 28: a revocation that crosses our UNSUBSCRIBE and UNREGISTER is no failure (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        const errors = record(w.client.userErrors$);
        const events = record(w.client.subscribe(TOPIC));
        const registration = record(w.client.register(PROCEDURE, () => 'old'));
        time.advance();
        events.stop();
        registration.stop();
        w.router.revokeSubscription(TOPIC);
        w.router.revokeRegistration(PROCEDURE);
        time.advance();
        const again = record(w.client.subscribe(TOPIC));
        w.client.register(PROCEDURE, () => 'new').subscribe();
        time.advance();
        w.router.publish(TOPIC, ['x']);
        const call = record(w.client.call(PROCEDURE));
        time.advance();
        expect([values(again), values(call)]).toEqual([['x'], ['new']]);
        expect([events.error, registration.error]).toEqual([undefined, undefined]);
        expect(errors.values).toEqual([]);
        expect(w.types()).not.toContain('leave');
      });
    });

    it(`edge case 31: the farewell is over with the answer of the router, whatever its reason (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        w.client.connect();
        time.advance();
        const answers: unknown[] = [];
        w.router.messages$.subscribe(({ direction, message }) => {
          if (direction === 'out') answers.push(message);
        });
        void w.client.close('com.app.enough');
        time.advance();
        const reason = like.like === 'crossbar' ? 'com.app.enough' : 'wamp.close.goodbye_and_out';
        expect(answers).toEqual([[6, {}, reason]]);
        expect(inState(w.client, 'closed').details.reason).toBe('com.app.enough');
        expect(w.of(6).length).toBe(1);
        expect(w.router.sessions).toEqual([]);
      });
    });

    it(`edge case 36: keyword values alone arrive as such, be it behind null (${name})`, () => {
      virtual((time) => {
        const w = world({ like });
        const other = another(w);
        const seen: unknown[] = [];
        const see = ({ args, kwargs }: { readonly args: unknown; readonly kwargs: unknown }): number =>
          seen.push([args, kwargs]);
        w.client.subscribe(TOPIC).subscribe(see);
        w.client
          .register(PROCEDURE, (invocation) => {
            see(invocation);
            return result([], { k: 3 });
          })
          .subscribe();
        time.advance();
        other.publish(TOPIC, [], { k: 1 });
        other.call(PROCEDURE, [], { k: 2 }).subscribe(see);
        time.advance();
        expect(seen).toEqual([1, 2, 3].map((k) => [[], { k }]));
        expect(w.types()).not.toContain('leave');
      });
    });
  }
});
