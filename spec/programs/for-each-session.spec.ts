import { firstValueFrom, map, NEVER, Observable, of, startWith, Subject } from 'rxjs';
import { forEachSession, type SessionRun } from '../../src/programs/for-each-session.ts';
import { rejoin } from '../../src/programs/rejoin.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { record, type Recording } from '../../src/testing/index.ts';
import { closeAll, inState, virtual, waitOut, world } from '../client/helpers.ts';

/** The states of the runs so far. */
const states = (runs: Recording<SessionRun>): string[] => runs.values.map(({ state }) => state);

describe('forEachSession()', () => {
  afterEach(closeAll);

  it('runs its function on every session, and undoes it at the loss', () => {
    virtual((time) => {
      const { client, router } = world();
      const undone: number[] = [];
      const runs = record(
        forEachSession(client, ({ id }) => new Observable<number>((o) => (o.next(id), () => void undone.push(id)))),
      );
      time.advance();
      const first = inState(client, 'joined').session;
      expect(runs.values).toEqual([
        { state: 'running', session: first },
        { state: 'settled', session: first, value: first.id },
      ]);

      router.dropAll();
      time.advance();
      expect(undone).toEqual([first.id]);
      expect(states(runs)).toEqual(['running', 'settled', 'ended']);

      waitOut(time, client);
      time.advance();
      const second = inState(client, 'joined').session;
      expect(states(runs)).toEqual(['running', 'settled', 'ended', 'running', 'settled']);
      expect(runs.values.at(-1)).toEqual({ state: 'settled', session: second, value: second.id });

      runs.stop();
      expect(undone).toEqual([first.id, second.id]);
    });
  });

  it('lets `ready` follow only when it has settled, and counts as healing until then', () => {
    virtual((time) => {
      const w = world();
      const gates: Subject<string>[] = [];
      const setup = (): Subject<string> => (gates[gates.length] = new Subject<string>());
      const runs = record(forEachSession(w.client, setup));
      record(forEachSession(w.client, () => 'at once'));
      time.advance();
      expect(inState(w.client, 'joined').healing).toBe(1);
      expect(w.types()).toEqual(['connect', 'join']);

      gates[0]?.next('done');
      expect(w.types()).toEqual(['connect', 'join', 'ready']);
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(states(runs)).toEqual(['running', 'settled']);

      // and again at the next one, where it fails
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect(w.types().at(-1)).toBe('join');
      gates[1]?.error(new Error('no'));
      expect(w.types().at(-1)).toBe('ready');
      runs.stop();
    });
  });

  it('takes a Promise', async () => {
    const w = world();
    let resolve = (_: string): void => undefined;
    const runs = record(forEachSession(w.client, () => new Promise<string>((done) => (resolve = done))));
    const ready = record(w.client.lifecycle$);
    await firstValueFrom(w.client.session$);
    expect(states(runs)).toEqual(['running']);
    resolve('fine');
    await runs.next();
    expect(runs.values.at(-1)).toEqual(jasmine.objectContaining({ state: 'settled', value: 'fine' }));
    expect(ready.values.at(-1)?.type).toBe('ready');
  });

  it('tells errors on userErrors$ and in its report; the session and the next run go on', () => {
    virtual((time) => {
      const w = world();
      const reported = record(w.client.userErrors$);
      const error = new RangeError('setup broke');
      const runs = record(
        forEachSession(w.client, () => {
          throw error;
        }),
      );
      time.advance();
      expect(reported.values).toEqual([{ error, context: 'forEachSession' }]);
      expect(runs.values.at(-1)).toEqual({ state: 'failed', session: inState(w.client, 'joined').session, error });
      expect(w.types()).toEqual(['connect', 'join', 'ready']);

      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect(states(runs)).toEqual(['running', 'failed', 'ended', 'running', 'failed']);
      runs.stop();
    });
  });

  it('does not take for a mistake what the loss of the session did to its function', () => {
    virtual((time) => {
      const w = world();
      w.client.register('com.app.slow', () => NEVER).subscribe();
      const reported = record(w.client.userErrors$);
      const runs = record(
        forEachSession(w.client, (session) => session.call('com.app.slow').pipe(startWith(undefined))),
      );
      time.advance();
      w.router.dropAll();
      time.advance();
      expect(states(runs)).toEqual(['running', 'settled', 'ended']);
      expect(reported.values).toEqual([]);
      runs.stop();
    });
  });

  it('aborts the signal when the session ends, and not when the function has ended by itself', () => {
    virtual((time) => {
      const w = world();
      const signals: AbortSignal[] = [];
      const keep = forEachSession(w.client, (_, signal) => (signals.push(signal), NEVER)).subscribe();
      forEachSession(w.client, (_, signal) => (signals.push(signal), of(1))).subscribe();
      time.advance();
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
      w.router.dropAll();
      time.advance();
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
      expect(signals[0]?.reason).toBeInstanceOf(ConnectionLostError);
      keep.unsubscribe();
    });
  });

  it('begins when what was queued has been sent, and with the session that is joined where it comes later', () => {
    virtual((time) => {
      const w = world();
      w.client.publish('com.app.queued');
      const first = record(forEachSession(w.client, (session) => void session.publish('com.app.first')));
      time.advance();
      const second = record(forEachSession(w.client, (session) => void session.publish('com.app.second')));
      time.advance();
      expect(w.of(16).map(([, , , topic]) => topic)).toEqual(['com.app.queued', 'com.app.first', 'com.app.second']);
      first.stop();
      second.stop();
    });
  });

  it('tells the end last where the function itself ends the session', () => {
    virtual((time) => {
      const { client } = world();
      let first = true;
      const runs = record(
        forEachSession(client, (session) => {
          if (first) rejoin(client);
          first = false;
          return session.id;
        }),
      );
      time.advance();
      expect(states(runs)).toEqual(['running', 'ended', 'running', 'settled']);
    });
  });

  it('is a use of the client: dials, and keeps it from idling', () => {
    virtual((time) => {
      const w = world({ idleTimeout: 1000 });
      const runs = record(forEachSession(w.client, () => 1));
      time.advance(5000);
      expect(w.client.status.state).toBe('joined');
      runs.stop();
      time.advance(5000);
      expect(w.client.status.state).toBe('idle');
    });
  });

  it('completes at close(), errors when the client gives up, and comes too late for a closed one', () => {
    virtual((time) => {
      const w = world();
      const runs = record(forEachSession(w.client, (session) => session.subscribe('com.app.t').pipe(map(() => 1))));
      time.advance();
      void w.client.close();
      time.advance();
      expect(states(runs)).toEqual(['running', 'ended']);
      expect(runs.completed).toBeTrue();
      const late = record(forEachSession(w.client, () => 1));
      time.advance();
      expect(late.error).toEqual(jasmine.objectContaining({ name: 'ClosedError' }));

      const other = world();
      other.router.abort('wamp.error.no_such_realm');
      const failed = record(forEachSession(other.client, () => 1));
      time.advance();
      expect(failed.error).toEqual(jasmine.objectContaining({ name: 'AbortError' }));
    });
  });

  it('says what it was given instead of a client, or of a function', () => {
    virtual((time) => {
      const { client } = world();
      client.connect();
      time.advance();
      const { session } = inState(client, 'joined');
      expect(() => forEachSession(session as never, () => 1)).toThrowError(
        TypeError,
        'forEachSession(): expected a WampClient, got a Session',
      );
      expect(() => forEachSession({} as never, () => 1)).toThrowError(TypeError, /expected a WampClient/);
      expect(() => forEachSession(client, 1 as never)).toThrowError(
        TypeError,
        /setup must be a function, got the number/,
      );
    });
  });
});
