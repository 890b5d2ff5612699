import { concat, firstValueFrom, NEVER, Observable, of, Subject, throwError, timer } from 'rxjs';
import { runClient } from '../../src/programs/run-client.ts';
import { ApplicationError, GoodbyeError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { closeAll, inState, virtual, waitOut, world, type World } from '../client/helpers.ts';

/** A main that runs until it is stopped; tells when. */
function endless(): { main: (session: Session, signal: AbortSignal) => Observable<number>; log: string[] } {
  const log: string[] = [];
  const main = (_: Session, signal: AbortSignal): Observable<number> =>
    new Observable<number>(() => {
      log.push('begun');
      signal.addEventListener('abort', () => log.push('aborted'));
      return () => void log.push('stopped');
    });
  return { main, log };
}

const goodbyes = (w: World): unknown[] => w.of(6).map(([, , reason]) => reason);

describe('runClient()', () => {
  afterEach(closeAll);

  it('runs main on the joined session, emits what it gives, then leaves and completes when the client is closed', () => {
    virtual((time) => {
      const w = world();
      const sessions: Session[] = [];
      const run = record(runClient(w.client, (session) => (sessions.push(session), of(1, 2))));
      expect(w.client.status.state).not.toBe('idle');
      time.advance();
      expect(run.values).toEqual([1, 2]);
      expect(goodbyes(w)).toEqual(['wamp.close.normal']);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined', 'leaving', 'closed']);
    });
  });

  it('completes, of a Promise, too; what main sent last has arrived', async () => {
    const w = world();
    const main = async (session: Session): Promise<string> => {
      await Promise.resolve();
      session.publish('com.app.last');
      return `session ${session.id > 0}`;
    };
    expect(await firstValueFrom(runClient(w.client, main))).toBe('session true');
    const done = record(runClient(world({ router: w.router }).client, main));
    expect(await done.done()).toEqual(['session true']);
    expect(w.of(16).length).toBe(2);
    expect(w.client.status.state).toBe('closed');
  });

  it('runs main anew after a loss, and after a GOODBYE for other reasons', () => {
    virtual((time) => {
      const w = world();
      const { main, log } = endless();
      const run = record(runClient(w.client, main));
      time.advance();
      w.router.dropAll();
      time.advance();
      expect(log).toEqual(['begun', 'aborted', 'stopped']);
      waitOut(time, w.client);
      time.advance();
      expect(log.filter((word) => word === 'begun').length).toBe(2);
      inState(w.client, 'joined').session.leave('com.app.maintenance');
      time.advance();
      waitOut(time, w.client);
      time.advance();
      expect(log.filter((word) => word === 'begun').length).toBe(3);
      expect(log.filter((word) => word === 'stopped').length).toBe(2);
      expect(run.ended).toBeFalse();
      run.stop();
    });
  });

  for (const reason of ['wamp.close.normal', 'wamp.close.goodbye_and_out']) {
    it(`is done when the session is left with ${reason}, by either side`, () => {
      virtual((time) => {
        const own = world();
        const other = world();
        const mains = [endless(), endless()];
        const runs = [own, other].map(({ client }, i) => record(runClient(client, mains[i]!.main)));
        time.advance();
        inState(own.client, 'joined').session.leave(reason);
        other.router.goodbye(reason);
        time.advance();
        time.advance();
        expect(runs.map(({ completed }) => completed)).toEqual([false, false]);
        expect([own, other].map(({ client }) => client.status.state)).toEqual(['closed', 'closed']);
        expect(mains.map(({ log }) => log.at(-1))).toEqual(['stopped', 'stopped']);
      });
    });
  }

  it('errors with what main threw, tells it on userErrors$, and leaves in good order', () => {
    const mains = {
      throws: () => {
        throw new RangeError('main broke');
      },
      fails: () =>
        concat(
          of(1),
          throwError(() => new RangeError('main broke')),
        ),
    };
    for (const main of Object.values(mains)) {
      virtual((time) => {
        const w = world();
        const reported = record(w.client.userErrors$);
        record(runClient<number>(w.client, main));
        time.advance();
        expect(reported.values).toEqual([{ error: new RangeError('main broke'), context: 'main of runClient' }]);
        expect(goodbyes(w)).toEqual(['wamp.close.normal']);
        expect(w.client.status.state).toBe('closed');
      });
    }
  });

  it('rejects with what main threw once the client is closed', async () => {
    const w = world();
    const error = new RangeError('main broke');
    const run = record(runClient(w.client, () => Promise.reject(error)));
    await expectAsync(run.done()).toBeRejectedWith(error);
    expect(w.client.status.state).toBe('closed');
  });

  it('runs main again after an error, where `restart` says so', () => {
    virtual((time) => {
      const w = world();
      let runs = 0;
      const run = record(
        runClient(w.client, () => (++runs < 3 ? throwError(() => new ApplicationError('com.app.busy')) : NEVER), {
          restart: (error) => (error as ApplicationError).uri === 'com.app.busy',
        }),
      );
      for (let i = 0; i < 2; i++) {
        time.advance();
        time.advance();
        expect(runs).toBe(i + 1);
        waitOut(time, w.client);
      }
      time.advance();
      expect(runs).toBe(3);
      expect(goodbyes(w)).toEqual(['wamp.error.runtime_error', 'wamp.error.runtime_error']);
      expect(run.ended).toBeFalse();
      run.stop();
    });
  });

  it('takes a `restart` that throws for no, and tells of it', () => {
    virtual((time) => {
      const w = world();
      const reported = record(w.client.userErrors$);
      record(
        runClient(w.client, () => throwError(() => new Error('first')), {
          restart: () => {
            throw new Error('second');
          },
        }),
      );
      time.advance();
      expect(reported.values.map(({ context }) => context)).toEqual(['main of runClient', 'restart of runClient']);
      expect(w.client.status.state).toBe('closed');
    });
  });

  it('does not take for its end what the loss of the session did to main', () => {
    virtual((time) => {
      const w = world();
      w.client.register('com.app.slow', () => NEVER).subscribe();
      const reported = record(w.client.userErrors$);
      let runs = 0;
      const run = record(runClient(w.client, (session) => (runs++, session.call('com.app.slow'))));
      time.advance();
      w.router.dropAll();
      time.advance();
      expect(run.ended).toBeFalse();
      waitOut(time, w.client);
      time.advance();
      expect(runs).toBe(2);
      expect(reported.values).toEqual([]);
      run.stop();
    });
  });

  it('errors when the client gives up', async () => {
    const w = world();
    w.router.abort('wamp.error.no_such_realm');
    const run = record(runClient(w.client, () => 1));
    await expectAsync(run.done()).toBeRejectedWith(jasmine.objectContaining({ name: 'AbortError' }));
    // the router's logout is final for a client
    const out = world();
    const rest = record(runClient(out.client, () => NEVER));
    await firstValueFrom(out.client.session$);
    out.router.goodbye('wamp.close.logout');
    await expectAsync(rest.done()).toBeRejectedWith(jasmine.any(GoodbyeError));
  });

  it('completes at close(); unsubscribing stops main and closes the client', async () => {
    const w = world();
    const { main, log } = endless();
    const run = record(runClient(w.client, main));
    await firstValueFrom(w.client.session$);
    await w.client.close();
    expect(await run.done()).toEqual([]);
    expect(log.at(-1)).toBe('stopped');

    const other = world();
    const second = endless();
    const stopped = record(runClient(other.client, second.main));
    await firstValueFrom(other.client.session$);
    stopped.stop();
    expect(second.log.at(-1)).toBe('stopped');
    await other.client.close();
    expect(goodbyes(other)).toEqual(['wamp.close.normal']);
  });

  /** A client whose main registers, with an invocation under way; and its caller. */
  function atWork(options?: { drain: number }) {
    const router = createTestRouter();
    const callee = world({ router });
    const caller = world({ router });
    const work = new Subject<string>();
    const end = new Subject<void>();
    const main = (session: Session): Observable<unknown> => {
      session.register('com.app.f', () => work).subscribe();
      return end;
    };
    const run = record(runClient(callee.client, main, options));
    caller.client.connect();
    return { callee, caller, work, end, run };
  }

  for (const how of ['main ends', 'main fails', 'it is unsubscribed']) {
    it(`lets invocations be answered where ${how}, having unregistered first`, () => {
      virtual((time) => {
        const { callee, caller, work, end, run } = atWork();
        time.advance();
        const call = record(caller.client.call('com.app.f'));
        time.advance();
        if (how === 'main ends') end.complete();
        else if (how === 'main fails') end.error(new RangeError('main broke'));
        else run.stop();
        time.advance(1000);
        const refused = record(caller.client.call('com.app.f'));
        time.advance(1000);
        expect((refused.error as ApplicationError).uri).toBe('wamp.error.no_such_procedure');
        expect([callee.client.status.state, run.ended]).toEqual(['joined', false]);
        work.next('done');
        work.complete();
        time.advance(50);
        expect(call.values.map(({ value }) => value)).toEqual(['done']);
        expect(callee.client.status.state).toBe('closed');
      });
    });
  }

  it('waits for invocations for 5 s, or as long as `drain` says', () => {
    for (const [options, limit] of [
      [undefined, 5000],
      [{ drain: 100 }, 100],
      [{ drain: 0 }, 0],
    ] as const) {
      virtual((time) => {
        const { callee, caller, end } = atWork(options);
        time.advance();
        const call = record(caller.client.call('com.app.f'));
        time.advance();
        end.complete();
        time.advance(Math.max(limit - 1, 0));
        if (limit > 0) expect(callee.client.status.state).toBe('joined');
        time.advance(1);
        expect(callee.client.status.state).toBe('closed');
        time.advance();
        expect(call.error).toBeInstanceOf(ApplicationError);
      });
    }
  });

  it('without main it runs until the session is left', async () => {
    const w = world();
    const run = record(runClient(w.client));
    const session = await firstValueFrom(w.client.session$);
    session.leave();
    expect(await run.done()).toEqual([]);
    expect(w.client.status.state).toBe('closed');
  });

  it('is a use of the client: a main that only thinks does not idle', () => {
    virtual((time) => {
      const w = world({ idleTimeout: 1000 });
      record(runClient(w.client, () => timer(5050)));
      time.advance(5000);
      expect(w.client.status.state).toBe('joined');
      time.advance(200);
      expect(w.client.status.state).toBe('closed');
    });
  });

  it('tells the reason of a session that was left on lifecycle$', () => {
    virtual((time) => {
      const w = world();
      w.client.connect();
      time.advance();
      inState(w.client, 'joined').session.leave('com.app.lunch');
      time.advance();
      expect(w.events.find(({ type }) => type === 'leave')).toEqual(
        jasmine.objectContaining({ reason: 'com.app.lunch' }),
      );
    });
  });

  it('says what is wrong with its arguments, and refuses a closed client', async () => {
    const w = world();
    expect(() => runClient(w.client, 1 as never)).toThrowError(TypeError, /main must be a function, got the number 1/);
    expect(() => runClient({} as never)).toThrowError(TypeError, /expected a WampClient/);
    expect(() => runClient(w.client, () => 1, { again: true } as never)).toThrowError(
      TypeError,
      /unknown option 'again'/,
    );
    expect(() => runClient(w.client, () => 1, { drain: -1 })).toThrowError(TypeError, /drain must be a number/);
    await w.client.close();
    await expectAsync(record(runClient(w.client, () => 1)).done()).toBeRejectedWith(
      jasmine.objectContaining({ name: 'ClosedError' }),
    );
  });
});
