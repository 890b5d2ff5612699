// Reconnection in virtual time: waits, bounds, failover, custom operators, join timeout, half-open links.
import {
  asyncScheduler,
  catchError,
  EMPTY,
  ignoreElements,
  map,
  mergeMap,
  Observable,
  retry,
  Subject,
  take,
  throwError,
  timer,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { reconnect } from '../../src/client/reconnect.ts';
import { ConnectFailedError, ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { an, FakeChannel, inState, refusing, scripted, STEADY, virtual, waitOut, world } from '../client/helpers.ts';
import type { World } from '../client/helpers.ts';

const waits = ({ statuses }: World): unknown[] =>
  statuses.flatMap((status) => (status.state === 'waiting' ? [status.delay] : []));
const dialled = ({ statuses }: World): string[] =>
  statuses.flatMap((status) => (status.state === 'connecting' ? [status.transport] : []));
const attempts = ({ statuses }: World): number[] =>
  statuses.flatMap((status) => (status.state === 'connecting' ? [status.attempt] : []));

describe('reconnection: waits', () => {
  it('grow from initialDelay by growth up to maxDelay, and stand on the status with retryAt', () => {
    virtual((time) => {
      const w = world({
        transports: [refusing()],
        reconnect: { initialDelay: 100, growth: 3, maxDelay: 1000, jitter: 0 },
      });
      w.client.connect();
      for (let i = 0; i < 5; i++) {
        const { delay = 0, retryAt, attempt } = inState(w.client, 'waiting');
        expect(retryAt).toBe(time.now() + delay);
        expect(attempt).toBe(i + 1);
        time.advance(delay - 1);
        expect(inState(w.client, 'waiting').attempt).toBe(i + 1);
        time.advance(1);
      }
      expect(waits(w)).toEqual([100, 300, 900, 1000, 1000, 1000]);
      expect(attempts(w)).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  it('are 1.5 s, then half as much again, without options', () => {
    virtual((time) => {
      const w = world({ transports: [refusing()], reconnect: { random: () => 0.5 } });
      w.client.connect();
      for (let i = 0; i < 3; i++) waitOut(time, w.client);
      expect(waits(w)).toEqual([1500, 2250, 3375, 5063]);
    });
  });

  it('stray by jitter with the injected random', () => {
    virtual((time) => {
      const numbers = [0, 1, 0.25];
      const w = world({
        transports: [refusing()],
        reconnect: { initialDelay: 1000, growth: 1, jitter: 0.2, random: () => numbers.shift() ?? 0.5 },
      });
      w.client.connect();
      for (let i = 0; i < 3; i++) waitOut(time, w.client);
      expect(waits(w)).toEqual([800, 1200, 900, 1000]);
    });
  });

  it('show why on the status', () => {
    virtual(() => {
      const w = world({ transports: [refusing('far')] });
      w.client.connect();
      expect(an(ConnectFailedError, inState(w.client, 'waiting').error).message).toContain('far: refused 1');
    });
  });

  it('begin anew after a session that lived stableAfter, not after a shorter one', () => {
    virtual((time) => {
      const w = world({ reconnect: { ...STEADY, stableAfter: 5000 } });
      w.client.connect();
      time.advance();
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance(4999);
      w.router.dropAll();
      waitOut(time, w.client);
      expect(inState(w.client, 'joined')).toBeDefined();
      expect(waits(w)).toEqual([1500, 2250]);
      time.advance(5000);
      w.router.dropAll();
      waitOut(time, w.client);
      expect(waits(w)).toEqual([1500, 2250, 1500]);
      expect(attempts(w)).toEqual([1, 2, 3, 1]);
    });
  });

  it('do not hammer a router that welcomes and drops', () => {
    virtual((time) => {
      const w = world();
      w.client.session$.subscribe(() => {
        w.router.dropAll();
      });
      time.advance(60_000);
      expect(waits(w)).toEqual([1500, 2250, 3375, 5063, 7594, 11391, 17086, 25629]);
    });
  });

  it('last for a maxDelay beyond what timers know, until something wakes us', () => {
    virtual((time) => {
      const w = world({ transports: [refusing()], reconnect: { ...STEADY, initialDelay: 2 ** 31, maxDelay: 2 ** 40 } });
      w.client.connect();
      time.advance(2 ** 30);
      expect(attempts(w)).toEqual([1]);
    });
  });
});

describe('reconnection: bounds', () => {
  it('fails after maxRetries with ConnectFailedError and the errors of all attempts', () => {
    virtual((time) => {
      const w = world({ transports: [refusing('far')], reconnect: { ...STEADY, maxRetries: 3 } });
      w.client.connect();
      time.advance(1_000_000);
      const { error, attempts: made } = inState(w.client, 'failed');
      expect(made).toBe(4);
      const { attempts: counted, errors, cause } = an(ConnectFailedError, error);
      expect(counted).toBe(4);
      expect(errors.map((each) => an(ConnectFailedError, each).message)).toEqual(
        [1, 2, 3, 4].map((n) => `far: refused ${n}`),
      );
      expect(cause).toBe(errors[3]);
    });
  });

  it('maxRetries: 0 makes one attempt', () => {
    virtual((time) => {
      const w = world({ transports: [refusing()], reconnect: { ...STEADY, maxRetries: 0 } });
      w.client.connect();
      time.advance(1_000_000);
      expect(inState(w.client, 'failed').attempts).toBe(1);
    });
  });

  it('maxRetries: 0 does not retry after a stable session either', () => {
    virtual((time) => {
      const w = world({ reconnect: { ...STEADY, maxRetries: 0 } });
      w.client.connect();
      time.advance(60_000);
      w.router.dropAll();
      time.advance(60_000);
      expect(attempts(w)).toEqual([1]);
      expect(w.client.status.state).toBe('failed');
    });
  });

  it('maxRetries are as many after a stable session as before', () => {
    virtual((time) => {
      const w = world({ reconnect: { ...STEADY, maxRetries: 2 } });
      w.client.connect();
      time.advance(60_000);
      w.router.refuse(100);
      w.router.dropAll();
      time.advance(1_000_000);
      expect(w.client.status.state).toBe('failed');
      // the first one joined, and then two retries
      expect(attempts(w).length).toBe(3);
    });
  });

  it('reconnect: false makes one attempt and has one session', () => {
    virtual((time) => {
      const never = world({ transports: [refusing()], reconnect: false });
      never.client.connect();
      time.advance(1_000_000);
      expect(inState(never.client, 'failed').attempts).toBe(1);
      expect(never.states()).toEqual(['idle', 'connecting', 'failed']);

      const once = world({ reconnect: false });
      once.client.connect();
      time.advance();
      once.router.dropAll();
      time.advance(1_000_000);
      expect(once.states()).toEqual(['idle', 'connecting', 'joining', 'joined', 'failed']);
      expect(inState(once.client, 'failed').error).toEqual(jasmine.any(ConnectionLostError));
    });
  });
});

describe('reconnection: failover', () => {
  it('takes the next transport after each failure, and begins again with the first', () => {
    virtual((time) => {
      const w = world({ transports: [refusing('a'), refusing('b'), refusing('c')] });
      w.client.connect();
      for (let i = 0; i < 4; i++) waitOut(time, w.client);
      expect(dialled(w)).toEqual(['a', 'b', 'c', 'a', 'b']);
    });
  });

  it('keeps the transport that was good', () => {
    virtual((time) => {
      const router = createTestRouter();
      const w = world({ router, transports: [refusing('a'), router.transport({ name: 'b' })] });
      w.client.connect();
      waitOut(time, w.client);
      expect(inState(w.client, 'joined')).toBeDefined();
      for (let i = 0; i < 2; i++) {
        time.advance(20_000);
        router.dropAll();
        waitOut(time, w.client);
      }
      expect(dialled(w)).toEqual(['a', 'b', 'b', 'b']);
    });
  });

  it('goes on to the next one from a transport that stays silent', () => {
    virtual((time) => {
      const router = createTestRouter();
      const silent = scripted('silent', () => 'never');
      const w = world({ router, transports: [silent, router.transport({ name: 'b' })], joinTimeout: 500 });
      w.client.connect();
      time.advance(500);
      waitOut(time, w.client);
      expect(inState(w.client, 'joined')).toBeDefined();
      expect(dialled(w)).toEqual(['silent', 'b']);
      expect(silent.givenUp).toBe(1);
    });
  });

  it('tells transports and authenticators the number of the attempt, realm and name', () => {
    virtual((time) => {
      const t = scripted('t', () => new ConnectFailedError('no'));
      const w = world({ transports: [t] });
      w.client.connect();
      waitOut(time, w.client);
      expect(t.opened.map(({ number, realm, transport }) => ({ number, realm, transport }))).toEqual([
        { number: 1, realm: 'realm1', transport: 't' },
        { number: 2, realm: 'realm1', transport: 't' },
      ]);
    });
  });
});

describe('reconnection: an operator of the user', () => {
  const custom = (operator: MonoTypeOperatorFunction<Session>, transports?: ReturnType<typeof refusing>[]): World =>
    world({ reconnect: operator, ...(transports && { transports }) });

  it('that resubscribes: retries, and the status waits without a delay of ours', () => {
    virtual((time) => {
      const w = custom(retry({ delay: () => timer(777) }));
      w.client.connect();
      time.advance();
      w.router.dropAll();
      time.advance();
      const status = inState(w.client, 'waiting');
      expect(status.delay).toBeUndefined();
      expect('retryAt' in status).toBeFalse();
      expect(status.error).toEqual(jasmine.any(ConnectionLostError));
      time.advance(776);
      expect(w.client.status.state).toBe('waiting');
      time.advance(1);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('that errors: failed with that error', () => {
    virtual((time) => {
      const mine = new ConnectFailedError('enough of it');
      const w = custom(catchError(() => throwError(() => mine)));
      w.client.connect();
      time.advance();
      w.router.dropAll();
      time.advance();
      expect(inState(w.client, 'failed').error).toBe(mine);
    });
  });

  it('that errors with something else: failed, with it as the cause', () => {
    virtual((time) => {
      const mine = new RangeError('enough');
      const w = custom(
        catchError(() => throwError(() => mine)),
        [refusing()],
      );
      w.client.connect();
      time.advance();
      const { error } = inState(w.client, 'failed');
      expect(error.cause).toBe(mine);
      expect(error.message).toContain('enough');
    });
  });

  it('that completes: failed', () => {
    virtual((time) => {
      const w = custom(catchError(() => EMPTY));
      w.client.connect();
      time.advance();
      w.router.dropAll();
      time.advance();
      const error = an(ConnectFailedError, inState(w.client, 'failed').error);
      expect(error.message).toContain('completed');
      expect(error.errors).toEqual([jasmine.any(ConnectionLostError)]);
    });
  });

  it('that has enough of a session: the session is left in order', () => {
    virtual((time) => {
      const w = custom(take(1));
      w.client.connect();
      time.advance();
      expect(w.client.status.state).toBe('failed');
      expect(w.of(6).length).toBe(1);
      time.advance(10_000);
      expect(w.router.sessions).toEqual([]);
    });
  });

  it('need not let the sessions through', () => {
    virtual((time) => {
      const w = custom((source) => source.pipe(ignoreElements(), retry({ delay: 10 })));
      const ids: number[] = [];
      w.client.session$.subscribe(({ id }) => ids.push(id));
      time.advance();
      w.router.dropAll();
      time.advance(10);
      expect(ids.length).toBe(2);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('may be built from reconnect(), and sees what it gives up with', () => {
    virtual((time) => {
      const seen: unknown[] = [];
      const operator: MonoTypeOperatorFunction<Session> = (source) =>
        source.pipe(
          reconnect<Session>({ initialDelay: 100, growth: 2, jitter: 0, maxRetries: 2 }),
          catchError((error: unknown) => {
            seen.push(error);
            return throwError(() => error);
          }),
        );
      const t = refusing();
      const w = custom(operator, [t]);
      w.client.connect();
      time.advance(99);
      expect(t.opened.length).toBe(1);
      time.advance(1);
      expect(t.opened.length).toBe(2);
      time.advance(199);
      expect(t.opened.length).toBe(2);
      time.advance(1);
      expect(t.opened.length).toBe(3);
      expect(w.client.status.state).toBe('failed');
      expect(seen).toEqual([inState(w.client, 'failed').error]);
    });
  });

  it('counts in reconnect() from the start again after a success', () => {
    virtual((time) => {
      const sent: number[] = [];
      let n = 0;
      const source = new Observable<number>((subscriber) => {
        sent.push(time.now());
        if (++n === 3) subscriber.next(n);
        subscriber.error(new Error('x'));
      });
      source.pipe(reconnect({ initialDelay: 100, growth: 2, jitter: 0, maxRetries: 2 })).subscribe({ error: () => n });
      time.advance(10_000);
      expect(sent).toEqual([0, 100, 300, 400, 600]);
    });
  });

  it('may ask a person in between', () => {
    virtual((time) => {
      const answer$ = new Subject<boolean>();
      const w = custom(
        retry({
          delay: (error: Error) =>
            answer$.pipe(
              map((again) => (again ? true : error)),
              mergeMap((v) => (v === true ? [v] : throwError(() => v))),
            ),
        }),
        [refusing()],
      );
      w.client.connect();
      time.advance(1_000_000);
      expect(w.client.status.state).toBe('waiting');
      answer$.next(true);
      expect(attempts(w)).toEqual([1, 2]);
      answer$.next(false);
      expect(w.client.status.state).toBe('failed');
    });
  });
});

describe('reconnection: joinTimeout', () => {
  it('bounds dialling and handshake together, and hangs up', () => {
    virtual((time) => {
      const channel = new FakeChannel();
      const late = new Observable<FakeChannel>((subscriber) =>
        asyncScheduler.schedule(() => {
          subscriber.next(channel);
          subscriber.complete();
        }, 600),
      );
      const w = world({ transports: [scripted('t', () => late)], joinTimeout: 1000 });
      w.client.connect();
      time.advance(999);
      expect(inState(w.client, 'joining')).toBeDefined();
      time.advance(1);
      expect(inState(w.client, 'waiting').error.message).toContain('t: not joined within 1000 ms');
      expect(channel.open).toBeFalse();
      expect(w.types()).toEqual(['connect', 'connectfailure']);
    });
  });

  it('stands still while a secret is pending, and goes on where it stood', () => {
    virtual((time) => {
      const secret$ = new Subject<string>();
      const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 's' })] } } });
      const w = world({ router, auth: [ticket({ authid: 'joe', ticket: () => secret$ })], joinTimeout: 1000 });
      router.delay(400);
      w.client.connect();
      // HELLO takes 400 ms, CHALLENGE another 400
      time.advance(800);
      expect(secret$.observed).toBeTrue();
      time.advance(3_600_000);
      expect(inState(w.client, 'joining').authmethod).toBe('ticket');
      secret$.next('s');
      time.advance(199);
      expect(w.client.status.state).toBe('joining');
      time.advance(1);
      expect(inState(w.client, 'waiting').error.message).toContain('1000 ms');
    });
  });

  it('stands still while an address is pending', () => {
    virtual((time) => {
      const address$ = new Subject<string>();
      const channel = new FakeChannel();
      const transport = {
        name: 't',
        open: (attempt?: { resolve<T>(source: () => Observable<T>): Observable<T> }) =>
          (attempt?.resolve(() => address$) ?? EMPTY).pipe(map(() => channel)),
      };
      const w = world({ transports: [transport], joinTimeout: 1000 });
      w.client.connect();
      time.advance(3_600_000);
      expect(w.client.status.state).toBe('connecting');
      address$.next('somewhere');
      expect(w.client.status.state).toBe('joining');
      time.advance(999);
      expect(w.client.status.state).toBe('joining');
      time.advance(1);
      expect(w.client.status.state).toBe('waiting');
    });
  });

  it('is over once the session is joined', () => {
    virtual((time) => {
      const w = world({ joinTimeout: 1000 });
      w.client.connect();
      time.advance(100_000);
      expect(w.client.status.state).toBe('joined');
      expect(w.types()).toEqual(['connect', 'join', 'ready']);
    });
  });
});
