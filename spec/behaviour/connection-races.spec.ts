// The races of loss and reconnection, by the number under which they are listed.
import { asapScheduler, Observable, Subject } from 'rxjs';
import {
  AbortError,
  ApplicationError,
  ClosedError,
  ConnectionLostError,
  ProtocolError,
} from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { an, type FakeChannel, faked, inState, STEADY, virtual, waitOut, world } from '../client/helpers.ts';

const TOPIC = 'com.app.topic';
const PROCEDURE = 'com.app.procedure';
const VIOLATION = 'wamp.error.protocol_violation';

describe('races of the connection', () => {
  it('race 5: a REGISTER that meets our own ghost is repeated until it goes, and no stream ends', () => {
    virtual((time) => {
      const w = world();
      const streams = [
        record<unknown>(w.client.register(PROCEDURE, () => 'alive')),
        record<unknown>(w.client.register('com.app', () => 'prefix', { match: 'prefix' })),
        record<unknown>(w.client.subscribe(TOPIC)),
      ];
      time.advance();
      w.router.ghost(5000);
      waitOut(time, w.client);
      time.advance(60_000);
      expect(streams.map(({ ended }) => ended)).toEqual([false, false, false]);
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(w.events.filter(({ type }) => type === 'heal').length).toBeGreaterThan(1);
      const calls = [record(w.client.call(PROCEDURE)), record(w.client.call('com.app.other'))];
      time.advance();
      expect(calls.map(({ values }) => values[0]?.value)).toEqual(['alive', 'prefix']);
    });
  });

  it('race 32: arguments that end on a link that is down already, and not yet reported, fail their call alone', () => {
    virtual((time) => {
      const w = faked();
      w.at(0).welcome(1, { broker: {}, dealer: { features: { progressive_call_invocations: true } } });
      const input = new Subject<unknown[]>();
      const call = record(w.client.call(PROCEDURE, input));
      input.next([1]);
      w.at(0).obliging = false;
      w.at(0).close();
      input.complete();
      time.advance();
      expect(call.error).toBeInstanceOf(ConnectionLostError);
    });
  });

  it('race 21: progress of an invocation of an earlier session goes nowhere, though its id is in use again', () => {
    virtual((time) => {
      const w = faked();
      const outputs: Subject<number>[] = [];
      const signals: AbortSignal[] = [];
      w.client
        .register(PROCEDURE, ({ signal }) => {
          signals.push(signal);
          const output = new Subject<number>();
          outputs.push(output);
          return output;
        })
        .subscribe();
      w.at(0).welcome();
      w.at(0).reply(65, 1, 10);
      w.at(0).reply(68, 1, 10, { receive_progress: true });
      outputs[0]?.next(1);
      expect(w.at(0).of(70).length).toBe(1);
      w.at(0).lose();
      expect(signals[0]?.aborted).toBeTrue();
      outputs[0]?.next(2);
      waitOut(time, w.client);
      w.at(1).welcome(2);
      w.at(1).reply(65, 1, 11);
      w.at(1).reply(68, 1, 11, { receive_progress: true });
      outputs[0]?.next(3);
      outputs[0]?.complete();
      expect(w.at(1).of(70)).toEqual([]);
      outputs[1]?.next(100);
      expect(w.at(1).of(70)).toEqual([[70, 1, { progress: true }, [100]]]);
      expect(w.at(0).of(70).length).toBe(1);
    });
  });

  for (const [name, frame] of [
    ['a second WELCOME', [2, 99, { roles: {} }]],
    ['a late CHALLENGE', [4, 'ticket', {}]],
    ['a HELLO', [1, 'realm1', { roles: {} }]],
  ] as const) {
    it(`race 29: ${name} ends the session with ABORT, and initialises nothing anew`, () => {
      virtual((time) => {
        const w = faked();
        const sessions = record(w.client.session$);
        const call = record(w.client.call(PROCEDURE));
        w.at(0).welcome(7);
        w.at(0).reply(...frame);
        expect(w.at(0).sent.at(-1)?.[2]).toBe(VIOLATION);
        expect(w.at(0).closed).toBe(1002);
        expect(an(ConnectionLostError, call.error).cause).toEqual(jasmine.any(ProtocolError));
        expect(sessions.values.length).toBe(1);
        expect(sessions.values[0]?.open).toBeFalse();
        expect(inState(w.client, 'waiting').error).toEqual(jasmine.any(ProtocolError));
        // and no message further
        w.at(0).reply(50, 1, {}, ['late']);
        expect(call.values).toEqual([]);
        waitOut(time, w.client);
        w.at(1).welcome(8);
        expect(sessions.values.map(({ id }) => id)).toEqual([7, 8]);
      });
    });
  }

  it('race 30: ABORT after WELCOME fails everything with its reason, and gets no answer', () => {
    virtual((time) => {
      const w = faked();
      const topic = record(w.client.subscribe(TOPIC));
      const call = record(w.client.call(PROCEDURE));
      w.at(0).welcome();
      const { length } = w.at(0).sent;
      w.at(0).reply(3, { message: 'you again' }, 'com.app.thrown_out');
      const error = an(AbortError, inState(w.client, 'waiting').error);
      expect(error.reason).toBe('com.app.thrown_out');
      expect(error.message).toContain('you again');
      const cause = call.error instanceof AbortError ? call.error : (call.error as Error).cause;
      expect(cause).toBe(error);
      expect(w.at(0).sent.length).toBe(length);
      expect(w.at(0).closed).toBe(1000);
      expect(topic.ended).toBeFalse();
      const leave = w.events.find(({ type }) => type === 'leave');
      expect(leave as unknown).toEqual(
        jasmine.objectContaining({ reason: 'com.app.thrown_out', message: 'you again' }),
      );
      waitOut(time, w.client);
      w.at(1).welcome();
      w.at(1).reply(33, 1, 5);
      w.at(1).reply(36, 5, 1, {});
      expect(topic.values.length).toBe(1);
    });
  });

  it('race 31: simultaneous GOODBYE: an answer is not answered, what comes in between is ignored', () => {
    virtual((time) => {
      const w = faked();
      const topic = record(w.client.subscribe(TOPIC));
      w.at(0).welcome();
      w.at(0).reply(33, 1, 5);
      void w.client.close();
      // the router's own GOODBYE crosses ours; events and nonsense are under way, too
      w.at(0).reply(36, 5, 1, {});
      w.at(0).reply(2, 3, { roles: {} });
      expect(w.client.status.state).toBe('leaving');
      w.at(0).reply(6, {}, 'wamp.close.system_shutdown');
      time.advance();
      expect(w.at(0).of(6).length).toBe(1);
      expect(w.at(0).of(3)).toEqual([]);
      expect(topic.values).toEqual([]);
      expect(topic.completed).toBeTrue();
      expect(inState(w.client, 'closed').details.reason).toBe('wamp.close.normal');
    });
  });

  it('race 31: whatever the reason of the reply, the farewell is complete', () => {
    for (const reason of ['wamp.close.normal', 'wamp.error.goodbye_and_out', 'com.app.whatever']) {
      virtual((time) => {
        const w = faked();
        w.at(0).welcome();
        void w.client.close();
        w.at(0).reply(6, {}, reason);
        time.advance();
        expect(w.client.status.state).withContext(reason).toBe('closed');
      });
    }
  });

  it('what the router tells with its answer to our GOODBYE stands in the details of closing', async () => {
    const w = faked();
    const left = record(w.client.lifecycle$);
    w.at(0).welcome();
    const closing = w.client.close('com.app.enough');
    w.at(0).reply(6, { resumable: false, message: 'see you', x_node: 'n1', resume_hint: 1 }, 'wamp.close.normal');
    const details = await closing;
    expect(details).toEqual({
      reason: 'com.app.enough',
      message: 'see you',
      resumable: false,
      x_node: 'n1',
      resumeHint: 1,
    });
    expect(inState(w.client, 'closed').details).toEqual(details);
    expect(left.values.filter(({ type }) => type === 'leave')).toEqual([jasmine.objectContaining({ ...details })]);

    const other = faked();
    other.at(0).welcome();
    const said = other.client.close('com.app.enough', 'mine');
    other.at(0).reply(6, { message: 'theirs' }, 'wamp.close.normal');
    expect(await said).toEqual({ reason: 'com.app.enough', message: 'mine' });
  });

  it('race 32: a transport that ends without GOODBYE fails what is pending exactly once', () => {
    virtual((time) => {
      const w = faked();
      const ends: string[] = [];
      const observer = (name: string) => ({
        next: () => ends.push(`${name} next`),
        error: (error: unknown) => ends.push(`${name} ${(error as Error).name}`),
        complete: () => ends.push(`${name} complete`),
      });
      w.at(0).welcome();
      w.client.call(PROCEDURE).subscribe(observer('call'));
      w.client.publish(TOPIC, [], {}, { acknowledge: true }).subscribe(observer('publish'));
      w.client.subscribe(TOPIC).subscribe(observer('subscribe'));
      w.at(0).lose();
      w.at(0).lose();
      w.at(0).reply(50, 1, {});
      w.at(0).reply(6, {}, 'wamp.close.normal');
      w.at(0).drop();
      time.advance(1000);
      expect(ends).toEqual(['call ConnectionLostError', 'publish ConnectionLostError']);
      expect(w.types().filter((type) => type === 'leave' || type === 'disconnect')).toEqual(['leave', 'disconnect']);
    });
  });

  it('race 32: an orderly end without GOODBYE is a loss as well', () => {
    virtual((time) => {
      const w = faked();
      w.at(0).welcome();
      const call = record(w.client.call(PROCEDURE));
      w.at(0).drop();
      time.advance();
      expect(an(ConnectionLostError, call.error).message).toMatch(/without .*goodbye/i);
      expect(w.client.status.state).toBe('waiting');
    });
  });

  it('race 32: a transport that ends right after our GOODBYE is a clean end', () => {
    virtual((time) => {
      const w = faked();
      w.at(0).welcome();
      const call = record(w.client.call(PROCEDURE));
      void w.client.close();
      w.at(0).lose();
      time.advance();
      expect(call.error).toEqual(jasmine.any(ClosedError));
      expect(w.client.status).toEqual({ state: 'closed', details: { reason: 'wamp.close.normal' } });
      expect(w.states()).not.toContain('waiting');
      expect(w.events.at(-1) as unknown).toEqual(jasmine.objectContaining({ type: 'disconnect', wasClean: true }));
    });
  });

  it('race 33: request ids begin at 1 in each session, one counter for all verbs, and old answers match nothing new', () => {
    virtual((time) => {
      const w = faked();
      w.client.subscribe(TOPIC).subscribe();
      w.client.register(PROCEDURE, () => 1).subscribe();
      const ids = (channel: FakeChannel): unknown[] =>
        channel.sent.filter(([code]) => code !== 1).map((message: Message) => [message[0], message[1]]);
      for (let i = 0; i < 2; i++) {
        w.at(i).welcome(i + 1);
        const call = record(w.client.call('com.app.other'));
        w.client.publish(TOPIC, [], {}, { acknowledge: true }).subscribe({ error: () => i });
        w.client.publish(TOPIC);
        expect(ids(w.at(i))).toEqual([
          [32, 1],
          [64, 2],
          [48, 3],
          [16, 4],
          [16, 5],
        ]);
        // call 3 of the first session is lost; the answer that comes for 3 in the second one is its own
        if (i === 1) {
          w.at(0).reply(50, 3, {}, ['stale']);
          w.at(1).reply(50, 3, {}, ['fresh']);
          expect(call.values.map(({ value }) => value)).toEqual(['fresh']);
        } else {
          w.at(i).lose();
          expect(call.error).toEqual(jasmine.any(ConnectionLostError));
          waitOut(time, w.client);
        }
      }
    });
  });

  it('race 40: over a channel that sends and receives late, messages keep their order', () => {
    virtual((time) => {
      const router = createTestRouter();
      const inner = router.transport();
      const slow = {
        name: 'slow',
        open: () =>
          new Observable<Channel>((subscriber) =>
            inner.open().subscribe((channel) => {
              subscriber.next(late(channel));
              subscriber.complete();
            }),
          ),
      };
      const w = world({ router, transports: [slow] });
      const events = record(w.client.subscribe<number>(TOPIC));
      w.client.register(PROCEDURE, ({ args }) => args[0]).subscribe();
      for (let i = 0; i < 50; i++) w.client.publish(TOPIC, [i], {}, { excludeMe: false });
      const calls = Array.from({ length: 50 }, (_, i) => record(w.client.call<number>(PROCEDURE, [i])));
      time.advance(1000);
      const ids = w.received.flatMap((message) => ([16, 32, 48, 64].includes(message[0]) ? [message[1]] : []));
      expect(ids).toEqual(ids.map((_, i) => i + 1));
      expect(ids.length).toBe(102);
      expect(events.values.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(calls.map(({ values }) => values[0]?.value)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined']);
    });
  });

  it('race 33: a loss within the answer to a request does not let the old session speak into the new one', () => {
    virtual((time) => {
      const w = world({ reconnect: STEADY });
      const values: unknown[] = [];
      w.client.register(PROCEDURE, ({ args }) => args[0]).subscribe();
      time.advance();
      w.client.call(PROCEDURE, ['first']).subscribe(({ value }) => {
        values.push(value);
        w.router.dropAll();
        w.client.call(PROCEDURE, ['second']).subscribe({
          next: (result) => values.push(result.value),
          error: (error: unknown) => {
            values.push(error);
            w.client.call(PROCEDURE, ['third']).subscribe((result) => values.push(result.value));
          },
        });
      });
      time.advance();
      waitOut(time, w.client);
      time.advance();
      expect(values[0]).toBe('first');
      expect(values.at(-1) === 'second' || values.at(-1) === 'third').toBeTrue();
      expect(values.filter((value) => value instanceof ApplicationError)).toEqual([]);
      expect(w.router.sessions.length).toBe(1);
    });
  });
});

/** A channel whose messages leave and arrive a turn later, in their order. */
function late(channel: Channel): Channel {
  return {
    details: channel.details,
    incoming: new Observable((subscriber) =>
      channel.incoming.subscribe({
        next: (frame) => {
          asapScheduler.schedule(() => {
            subscriber.next(frame);
          });
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    ),
    get received() {
      return channel.received;
    },
    get bufferedAmount() {
      return channel.bufferedAmount;
    },
    send: (message) => {
      asapScheduler.schedule(() => {
        channel.send(message);
      });
    },
    close: (code, reason) => {
      asapScheduler.schedule(() => {
        channel.close(code, reason);
      });
    },
    drop: () => {
      channel.drop();
    },
  };
}
