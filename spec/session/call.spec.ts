import { concat, firstValueFrom, NEVER, of, Subject, take, throwError } from 'rxjs';
import { CallTimeoutError, ClosedError, ConnectionLostError } from '../../src/protocol/errors.ts';
import { values } from '../helpers/live.ts';
import { virtually } from '../helpers/virtual.ts';
import { joined, turn } from '../helpers/wire.ts';
import { CallResult } from '../../src/session/events.ts';
import { finalResult } from '../../src/session/call.ts';
import { record } from '../../src/testing/record.ts';

const URI = 'com.app.f';
const PROGRESS = { progress: true };

describe('call', () => {
  it('is cold, and calls once for each subscriber', async () => {
    const { wamp, wire } = joined();
    const call$ = wamp.call(URI, [1], { a: 2 });
    await turn();
    expect(wire.rest()).toEqual([]);
    const [one, two] = [record(call$), record(call$)];
    expect(wire.rest()).toEqual([
      [48, 1, {}, URI, [1], { a: 2 }],
      [48, 2, {}, URI, [1], { a: 2 }],
    ]);
    wire.send([50, 2, {}, ['two']], [50, 1, {}, ['one']]);
    expect([values(one), values(two)]).toEqual([['one'], ['two']]);
  });

  it('gives the result with all that came, and completes', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI));
    wire.send([50, 1, { callee: 5, callee_authid: 'joe', x_own: 1 }, ['a', 'b'], { c: 3 }]);
    const [result] = call.values;
    expect(result?.toJSON()).toEqual({
      args: ['a', 'b'],
      kwargs: { c: 3 },
      progress: false,
      details: { procedure: URI, callee: 5, calleeAuthid: 'joe', x_own: 1 },
    });
    expect(call.completed).toBeTrue();
  });

  it('gives an empty result as one without values', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI));
    wire.send([50, 1, {}]);
    expect(call.values.map(({ args, kwargs, value }) => [args, kwargs, value])).toEqual([[[], {}, undefined]]);
    expect(call.completed).toBeTrue();
  });

  it('errors with what the callee or the router says, and which procedure', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI));
    wire.send([8, 48, 1, { callee: 5 }, 'com.app.bad', ['text'], { a: 1 }]);
    expect(call.error).toEqual(
      jasmine.objectContaining({
        name: 'ApplicationError',
        message: 'com.app.f: com.app.bad: text',
        uri: 'com.app.bad',
        args: ['text'],
        kwargs: { a: 1 },
        details: { callee: 5 },
        procedure: URI,
      }),
    );
  });

  it('is settled before its last next: take(1) and firstValueFrom send no CANCEL', async () => {
    const { wamp, wire } = joined();
    const taken = record(wamp.call(URI).pipe(take(1)));
    const first = firstValueFrom(wamp.call(URI));
    wire.rest();
    wire.send([50, 1, {}, [1]], [50, 2, {}, [2]]);
    expect(taken.completed).toBeTrue();
    expect((await first).value).toBe(2);
    expect(wire.rest()).toEqual([]);
  });

  it('may be repeated from inside its own result', () => {
    const { wamp, wire } = joined();
    const seen: unknown[] = [];
    const again = (n: number): void => {
      wamp.call(URI, [n]).subscribe(({ value }) => {
        seen.push(value);
        if (n < 3) again(n + 1);
      });
    };
    again(1);
    for (const n of [1, 2, 3]) wire.send([50, n, {}, [n]]);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('fails at once, with its cause, when the session is lost', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI));
    wire.take(48);
    wire.hangUp(1006);
    expect(call.error).toBeInstanceOf(ConnectionLostError);
  });

  it('errors with ClosedError at close()', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI));
    wire.take(48);
    void wamp.close();
    expect(call.error).toBeInstanceOf(ClosedError);
    expect(wire.rest().map(([code]) => code)).toEqual([6]);
  });
});

describe('call with progress', () => {
  it('gives partial results, then the final one', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, [], {}, PROGRESS));
    expect(wire.take(48)).toEqual([48, 1, { receive_progress: true }, URI]);
    wire.send([50, 1, { progress: true }, [1]], [50, 1, { progress: true }], [50, 1, {}, [3]]);
    expect(call.values.map(({ value, progress }) => [value, progress])).toEqual([
      [1, true],
      [undefined, true],
      [3, false],
    ]);
    expect(call.completed).toBeTrue();
  });

  it('only completes where the final one is empty', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, [], {}, PROGRESS));
    wire.send([50, 1, { progress: true }, [1]], [50, 1, {}]);
    expect([values(call), call.completed]).toEqual([[1], true]);
  });

  it('gives an empty final one where nothing came before', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, [], {}, PROGRESS));
    wire.send([50, 1, {}]);
    expect(call.values.map(({ args, progress }) => [args, progress])).toEqual([[[], false]]);
  });

  it('gives a final one with keyword values alone', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, [], {}, PROGRESS));
    wire.send([50, 1, { progress: true }, [1]], [50, 1, {}, [], { a: 1 }]);
    expect(call.values[1]?.kwargs).toEqual({ a: 1 });
  });

  it('firstValueFrom takes the first partial one and cancels the rest', async () => {
    const { wamp, wire } = joined();
    const first = firstValueFrom(wamp.call(URI, [], {}, PROGRESS));
    wire.take(48);
    wire.send([50, 1, { progress: true }, ['partial']], [50, 1, { progress: true }, ['more']], [50, 1, {}]);
    expect((await first).value).toBe('partial');
    expect(wire.rest()).toEqual([[49, 1, { mode: 'killnowait' }]]);
  });

  it('finalResult() gives exactly the final one', () => {
    const { wamp, wire } = joined();
    const final = record(wamp.call(URI, [], {}, PROGRESS).pipe(finalResult()));
    wire.send([50, 1, { progress: true }, [1]], [50, 1, {}, [2]]);
    expect([values(final), final.completed]).toEqual([[2], true]);
  });

  it('errors after partial results', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, [], {}, PROGRESS));
    wire.send([50, 1, { progress: true }, [1]], [8, 48, 1, {}, 'com.app.bad']);
    expect([values(call), (call.error as Error).message]).toEqual([[1], 'com.app.f: com.app.bad']);
  });
});

describe('unsubscribing a call', () => {
  for (const [mode, options] of [
    ['killnowait', {}],
    ['skip', { cancelMode: 'skip' }],
    ['kill', { cancelMode: 'kill' }],
    ['killnowait', { cancelMode: 'killnowait' }],
  ] as const) {
    it(`sends CANCEL ${mode} for ${JSON.stringify(options)}`, () => {
      const { wamp, wire } = joined();
      record(wamp.call(URI, [], {}, options)).stop();
      wire.take(48);
      expect(wire.rest()).toEqual([[49, 1, { mode }]]);
    });
  }

  it('sends nothing where the dealer did not announce call_canceling', () => {
    const { wamp, wire } = joined({ features: { dealer: '', broker: '' } });
    const call = record(wamp.call(URI));
    wire.take(48);
    call.stop();
    wire.send([50, 1, {}, ['late']]);
    expect([call.values, wire.rest(), wire.closed]).toEqual([[], [], undefined]);
  });

  it('sends nothing where the session has ended', () => {
    const { wamp, wire } = joined();
    const call = wamp.call(URI).subscribe({ error: () => undefined });
    wire.take(48);
    wire.hangUp(1006);
    call.unsubscribe();
    expect(wire.rest()).toEqual([]);
  });
});

describe('the time limits of a call', () => {
  it('timeout runs to the first result: the call errors and is cancelled', () => {
    virtually((at, now) => {
      const { wamp, wire } = joined();
      let failed = -1;
      const call = record(wamp.call(URI, [], {}, { timeout: 1000 }));
      wamp.call(URI, [], {}, { timeout: 1000 }).subscribe({ error: () => (failed = now()) });
      wire.rest();
      at(999, () => expect(call.ended).toBeFalse());
      at(1000, () => {
        expect(failed).toBe(1000);
        expect(call.error).toBeInstanceOf(CallTimeoutError);
        expect((call.error as Error).message).toMatch(/com\.app\.f.*timeout of 1000 ms/);
        expect(wire.rest()).toEqual([
          [49, 1, { mode: 'killnowait' }],
          [49, 2, { mode: 'killnowait' }],
        ]);
        wire.send([50, 1, {}, ['late']], [8, 48, 2, {}, 'wamp.error.canceled']);
        expect(call.values).toEqual([]);
      });
    });
  });

  it('the router may be the first to notice: the same error, with its own as the cause', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, [], {}, { timeout: 1000 }));
    const without = record(wamp.call(URI));
    wire.rest();
    for (const id of [1, 2]) wire.send([8, 48, id, {}, 'wamp.error.timeout']);
    expect(call.error).toBeInstanceOf(CallTimeoutError);
    expect((call.error as Error).message).toMatch(/com\.app\.f.*timeout of 1000 ms/);
    expect((call.error as Error).cause).toEqual(jasmine.objectContaining({ uri: 'wamp.error.timeout' }));
    expect(without.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.timeout' }));
    expect(wire.rest()).toEqual([]);
  });

  for (const timeout of [0, Infinity]) {
    it(`${timeout} is none, neither here nor on the wire`, () => {
      virtually((at) => {
        const { wamp, wire } = joined();
        const call = record(wamp.call(URI, [], {}, { timeout }));
        expect(wire.take(48)[2]).toEqual({});
        at(100_000, () => {
          expect(call.ended).toBeFalse();
          expect(wire.rest()).toEqual([]);
        });
      });
    });
  }

  it('and then from one result to the next', () => {
    virtually((at) => {
      const { wamp, wire } = joined();
      const call = record(wamp.call(URI, [], {}, { timeout: 1000, progress: true, cancelMode: 'kill' }));
      expect(wire.take(48)[2]).toEqual({ receive_progress: true, timeout: 1000 });
      at(900, () => wire.send([50, 1, { progress: true }, [1]]));
      at(1800, () => wire.send([50, 1, { progress: true }, [2]]));
      at(2799, () => expect(call.ended).toBeFalse());
      at(2801, () => {
        expect([values(call), call.error]).toEqual([[1, 2], jasmine.any(CallTimeoutError)]);
        expect(wire.rest()).toEqual([[49, 1, { mode: 'kill' }]]);
      });
    });
  });

  it('deadline bounds the whole, whatever comes meanwhile', () => {
    virtually((at) => {
      const { wamp, wire } = joined();
      const call = record(wamp.call(URI, [], {}, { deadline: 1000, progress: true }));
      for (const ms of [300, 600, 900]) at(ms, () => wire.send([50, 1, { progress: true }, [ms]]));
      at(999, () => expect(call.ended).toBeFalse());
      at(1001, () => {
        expect([values(call), call.error]).toEqual([[300, 600, 900], jasmine.any(CallTimeoutError)]);
        expect((call.error as Error).message).toMatch(/deadline of 1000 ms/);
        expect(wire.rest().at(-1)).toEqual([49, 1, { mode: 'killnowait' }]);
      });
    });
  });

  it('are over with the call', () => {
    virtually((at, now) => {
      const { wamp, wire } = joined();
      const done = record(wamp.call(URI, [], {}, { timeout: 1000, deadline: 2000 }));
      const failed = record(wamp.call(URI, [], {}, { timeout: 1000, deadline: 2000 }));
      const left = record(wamp.call(URI, [], {}, { timeout: 1000, deadline: 2000 }));
      wire.send([50, 1, {}, [1]], [8, 48, 2, {}, 'com.app.bad']);
      left.stop();
      wire.rest();
      at(5000, () => {
        expect(now()).toBe(5000);
        expect([done.completed, (failed.error as Error).name, left.ended]).toEqual([true, 'ApplicationError', false]);
        expect(wire.rest()).toEqual([]);
      });
    });
  });

  it('an infinite one never runs out', () => {
    virtually((at) => {
      const { wamp, wire } = joined();
      const call = record(wamp.call(URI, [], {}, { deadline: Infinity }));
      at(2 ** 31, () => {
        expect(call.ended).toBeFalse();
        wire.send([50, 1, {}, [1]]);
        expect(values(call)).toEqual([1]);
      });
    });
  });
});

describe('a call with streamed arguments', () => {
  it('sends each list as a CALL of one id, kwargs and options with the first, and an empty last one', () => {
    const { wamp, wire } = joined();
    const lists = new Subject<unknown[]>();
    const call = record(wamp.call(URI, lists, { a: 1 }, { discloseMe: true }));
    expect(wire.rest()).toEqual([]);
    lists.next([1]);
    expect(wire.take(48)).toEqual([48, 1, { disclose_me: true, progress: true }, URI, [1], { a: 1 }]);
    lists.next([2]);
    expect(wire.take(48)).toEqual([48, 1, { progress: true }, URI, [2]]);
    lists.complete();
    expect(wire.take(48)).toEqual([48, 1, {}, URI]);
    wire.send([50, 1, {}, ['sum']]);
    expect([values(call), call.completed]).toEqual([['sum'], true]);
  });

  it('takes one request id', () => {
    const { wamp, wire } = joined();
    record(wamp.call(URI, of([1], [2])));
    record(wamp.call(URI));
    expect(wire.rest().map(([, id]) => id)).toEqual([1, 1, 1, 2]);
  });

  it('without any is one plain call', () => {
    const { wamp, wire } = joined();
    record(wamp.call(URI, of(), { a: 1 }));
    expect(wire.rest()).toEqual([[48, 1, {}, URI, [], { a: 1 }]]);
  });

  it('leaves them when the result comes first', () => {
    const { wamp, wire } = joined();
    const lists = new Subject<unknown[]>();
    const call = record(wamp.call(URI, lists));
    lists.next([1]);
    wire.take(48);
    wire.send([50, 1, {}, ['enough']]);
    expect([values(call), lists.observed]).toEqual([['enough'], false]);
    lists.next([2]);
    expect(wire.rest()).toEqual([]);
  });

  it('leaves them and cancels when it is unsubscribed', () => {
    const { wamp, wire } = joined();
    const lists = new Subject<unknown[]>();
    const call = record(wamp.call(URI, lists));
    lists.next([1]);
    wire.take(48);
    call.stop();
    expect(lists.observed).toBeFalse();
    expect(wire.rest()).toEqual([[49, 1, { mode: 'killnowait' }]]);
  });

  it('cancels and errors with their error', () => {
    const { wamp, wire } = joined();
    const call = record(
      wamp.call(
        URI,
        concat(
          of([1]),
          throwError(() => new RangeError('mine')),
        ),
      ),
    );
    wire.take(48);
    expect(call.error).toBeInstanceOf(RangeError);
    expect(wire.rest()).toEqual([[49, 1, { mode: 'killnowait' }]]);
  });

  it('refuses what is no list', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, of([1], 'x' as unknown as [])));
    expect(call.error).toEqual(jasmine.any(TypeError));
    expect((call.error as Error).message).toMatch(/args must be lists, got the string "x"/);
    wire.take(48);
    expect(wire.rest()).toEqual([[49, 1, { mode: 'killnowait' }]]);
  });

  it('cancels where one cannot be written', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, of([1], [Symbol('no')])));
    expect(call.error).toEqual(jasmine.objectContaining({ name: 'SerializationError' }));
    wire.take(48);
    expect(wire.rest()).toEqual([[49, 1, { mode: 'killnowait' }]]);
  });

  it('is refused here where the router does not know it', () => {
    const { wamp, wire } = joined({ features: { dealer: 'call_canceling', broker: '' } });
    const call = record(wamp.call(URI, NEVER));
    expect(call.error).toEqual(jasmine.objectContaining({ name: 'InvalidStateError' }));
    expect((call.error as Error).message).toMatch(/com\.app\.f.*progressive_call_invocations/);
    expect(wire.rest()).toEqual([]);
  });

  it('that have not begun, fails when the session is lost, and was not delivered', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, NEVER));
    wire.hangUp();
    expect(call.error).toEqual(jasmine.objectContaining({ name: 'ConnectionLostError', maybeDelivered: false }));
  });

  it('that have not begun, fails when the client is closed', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call(URI, NEVER));
    void wamp.close();
    expect(call.error).toBeInstanceOf(ClosedError);
    expect(wire.rest()).toEqual([[6, {}, 'wamp.close.normal']]);
  });

  it('that never come, sends nothing, and nothing when it is left', () => {
    const { wamp, wire } = joined();
    record(wamp.call(URI, NEVER)).stop();
    expect(wire.rest()).toEqual([]);
  });
});

describe('finalResult', () => {
  const partial = new CallResult([50, 1, { progress: true }, [1]], 'com.app.f');
  const final = new CallResult([50, 1, {}, [2]], 'com.app.f');

  it('lets the final result through and completes', () => {
    const seen = record(of(partial, partial, final).pipe(finalResult()));
    expect([seen.values, seen.completed]).toEqual([[final], true]);
  });

  it('gives an empty result where the final one was empty after progress', () => {
    const { wamp, wire } = joined();
    const seen = record(wamp.call(URI, [], {}, PROGRESS).pipe(finalResult()));
    wire.send([50, 1, { progress: true }, [1]], [50, 1, {}]);
    const [result] = seen.values;
    expect([seen.values.length, result?.progress, result?.args, result?.value, seen.completed]).toEqual([
      1,
      false,
      [],
      undefined,
      true,
    ]);
  });
});
