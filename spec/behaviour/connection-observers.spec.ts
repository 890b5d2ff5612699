// What observers may do, and at what moment, without harm to the connection or to others.
import { concat, config, filter, finalize, NEVER, Observable, of, Subject, take } from 'rxjs';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/index.ts';
import { faked, inState, virtual, type VirtualTime, waitOut, type World } from '../client/helpers.ts';

const TOPIC = 'com.app.topic';
const PROCEDURE = 'com.app.procedure';

describe('teardowns that throw', () => {
  const BOOM = new Error('boom');
  const boom = (): never => {
    throw BOOM;
  };

  /** Runs a test, and expects so many errors to be reported as RxJS reports them. */
  const reporting = (count: number, test: (time: VirtualTime) => void): void => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    try {
      virtual((time) => {
        test(time);
        time.advance();
      });
    } finally {
      config.onUnhandledError = null;
    }
    expect(reported.map(String)).toEqual(Array(count).fill(jasmine.stringContaining('boom')));
  };

  it('of calls and topics keep neither the others from the report of a loss, nor the client from coming back', () => {
    reporting(2, (time) => {
      const w = faked();
      w.at(0).welcome(1, { broker: {}, dealer: { features: { progressive_call_invocations: true } } });
      w.client
        .call(PROCEDURE)
        .pipe(finalize(boom))
        .subscribe({ error: () => undefined });
      const streaming = record(w.client.call(PROCEDURE, concat(of([1]), NEVER).pipe(finalize(boom))));
      const other = record(w.client.call(PROCEDURE));
      w.at(0).lose();
      expect(streaming.error).toBeInstanceOf(ConnectionLostError);
      expect(other.error).toBeInstanceOf(ConnectionLostError);
      waitOut(time, w.client);
      w.at(1).welcome(2);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('of what a handler returned do not keep the client from coming back', () => {
    reporting(1, (time) => {
      const w = faked();
      w.client.register(PROCEDURE, () => new Observable(() => boom)).subscribe();
      w.at(0).welcome();
      w.at(0).reply(65, 1, 10);
      w.at(0).reply(68, 1, 10, {});
      w.at(0).lose();
      waitOut(time, w.client);
      w.at(1).welcome(2);
      expect(w.at(1).of(64).length).toBe(1);
    });
  });

  it('do not keep close() from ending everything else', () => {
    reporting(3, (time) => {
      const w = faked();
      w.client.status$.pipe(finalize(boom)).subscribe();
      w.client.subscribe(TOPIC).pipe(finalize(boom)).subscribe();
      w.client
        .call(PROCEDURE)
        .pipe(finalize(boom))
        .subscribe({ error: () => undefined });
      const others = [record<unknown>(w.client.subscribe(TOPIC)), record<unknown>(w.client.lifecycle$)];
      void w.client.close();
      time.advance();
      expect(others.map(({ completed }) => completed)).toEqual([true, true]);
      expect(w.client.status.state).toBe('closed');
    });
  });

  it('of streams that come too late do not keep the others waiting', () => {
    reporting(1, (time) => {
      const w = faked();
      void w.client.close();
      w.client
        .subscribe(TOPIC)
        .pipe(finalize(boom))
        .subscribe({ error: () => undefined });
      const other = record(w.client.subscribe(TOPIC));
      time.advance();
      expect(other.ended).toBeTrue();
    });
  });
});

describe("observers that throw in RxJS's old mode of synchronous errors", () => {
  const boom = (): never => {
    throw new Error('boom');
  };

  const synchronously = (test: (time: VirtualTime) => void): void => {
    spyOn(console, 'warn'); // RxJS warns of the mode
    Object.assign(config, { useDeprecatedSynchronousErrorHandling: true });
    try {
      virtual(test);
    } finally {
      Object.assign(config, { useDeprecatedSynchronousErrorHandling: false });
    }
  };

  const observers: Readonly<Record<string, (client: World['client']) => unknown>> = {
    status$: (client) => client.status$.pipe(filter(({ state }) => state === 'joined')).subscribe(boom),
    lifecycle$: (client) => client.lifecycle$.pipe(filter(({ type }) => type === 'join')).subscribe(boom),
    session$: (client) => client.session$.subscribe(boom),
    messages$: (client) => client.messages$.pipe(filter(({ direction }) => direction === 'in')).subscribe(boom),
    'a topic': (client) => client.subscribe(TOPIC).subscribe(boom),
  };
  for (const [name, observe] of Object.entries(observers)) {
    it(`of ${name} keep the client from nothing`, () => {
      synchronously((time) => {
        const w = faked();
        observe(w.client);
        const events = record(w.client.subscribe(TOPIC));
        const answer = record(w.client.call(PROCEDURE));
        for (const n of [0, 1]) {
          w.at(n).welcome(n + 1);
          for (const [, request] of w.at(n).of(32)) w.at(n).reply(33, request, request);
          w.at(n).reply(
            36,
            w
              .at(n)
              .of(32)
              .find(([, , , uri]) => uri === TOPIC)?.[1],
            7,
            {},
            [n],
          );
          for (const [, request] of w.at(n).of(48)) w.at(n).reply(50, request, {});
          if (n === 0) {
            w.at(0).lose();
            waitOut(time, w.client);
          }
        }
        expect(events.values.map(({ value }) => value)).toEqual([0, 1]);
        expect(answer.values.length).toBe(1);
        expect(inState(w.client, 'joined').healing).toBe(0);
        void w.client.close();
        time.advance(5000);
        expect(w.client.status.state).toBe('closed');
        expect(w.types().at(-1)).toBe('disconnect');
      });
    });
  }

  it('of userErrors$ keep no confirmation from other observers of the topic', () => {
    synchronously(() => {
      const w = faked();
      const confirmed: number[] = [];
      w.client.userErrors$.subscribe(boom);
      w.client.subscribe(TOPIC, { onSubscribed: boom }).subscribe();
      w.client.subscribe(TOPIC, { onSubscribed: ({ id }) => confirmed.push(id) }).subscribe();
      w.at(0).welcome();
      w.at(0).reply(33, 1, 10);
      expect(confirmed).toEqual([10]);
    });
  });
});

describe('observers of a confirmation', () => {
  it('may subscribe to the topic: each hears once that it is in force', () => {
    virtual((time) => {
      const w = faked();
      const shown: boolean[] = [];
      w.client.subscribe(TOPIC).subscribe();
      w.client.lifecycle$.pipe(filter(({ type }) => type === 'ready')).subscribe(() => {
        w.client.subscribe(TOPIC, { onSubscribed: ({ again }) => shown.push(again) }).subscribe();
      });
      w.at(0).welcome();
      w.at(0).reply(33, 1, 10);
      expect(shown).toEqual([false]);
      w.at(0).lose();
      waitOut(time, w.client);
      w.at(1).welcome(2);
      w.at(1).reply(33, 1, 10);
      expect(shown.sort()).toEqual([false, false, true]);
    });
  });

  it('may give the registration back, and it is given back once', () => {
    virtual(() => {
      const w = faked();
      const registration = w.client.register(PROCEDURE, () => 1).subscribe();
      w.client.lifecycle$.pipe(filter(({ type }) => type === 'ready')).subscribe(() => registration.unsubscribe());
      w.at(0).welcome();
      w.at(0).reply(65, 1, 10);
      expect(w.at(0).of(66)).toEqual([[66, 2, 10]]);
    });
  });
});

describe('observers of an end', () => {
  const first = (w: World, type: string, act: () => void): void => {
    w.client.lifecycle$
      .pipe(
        filter((event) => event.type === type),
        take(1),
      )
      .subscribe(act);
  };

  it('see no `ready` when a session is lost before it was', () => {
    virtual(() => {
      const w = faked();
      w.client.subscribe(TOPIC).subscribe();
      w.client.session$.pipe(take(1)).subscribe((session) => {
        session.subscribe('com.app.bound').subscribe({ error: () => undefined });
      });
      w.at(0).welcome();
      w.at(0).lose();
      expect(w.types()).toEqual(['connect', 'join', 'leave', 'disconnect']);
    });
  });

  it('may close the client: the session is left once', () => {
    virtual((time) => {
      const w = faked();
      first(w, 'leave', () => void w.client.close());
      w.at(0).welcome();
      w.at(0).lose();
      time.advance();
      expect(w.types()).toEqual(['connect', 'join', 'ready', 'leave', 'disconnect']);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined', 'closed']);
    });
  });

  it('may use an idle client: it does not count as idle then', () => {
    virtual((time) => {
      const w = faked({ idleTimeout: 1000 });
      first(w, 'leave', () => w.client.publish(TOPIC));
      w.at(0).welcome();
      time.advance(1500);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined', 'connecting', 'joining']);
    });
  });
});

it('an invocation that runs on after its registration was given back keeps the client from being idle', () => {
  virtual((time) => {
    const w = faked({ idleTimeout: 1000 });
    const answer = new Subject<number>();
    const registration = w.client.register(PROCEDURE, () => answer).subscribe();
    w.at(0).welcome();
    w.at(0).reply(65, 1, 10);
    w.at(0).reply(68, 1, 10, {});
    registration.unsubscribe();
    w.at(0).reply(67, 2);
    time.advance(5000);
    answer.next(7);
    answer.complete();
    expect(w.at(0).of(70)).toEqual([[70, 1, {}, [7]]]);
    time.advance(1500);
    expect(w.client.status.state).toBe('idle');
  });
});
