import { concat, NEVER, of, Subject, throwError } from 'rxjs';
import { ApplicationError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { type CallResult, type Handler, type InputChunk, type Invocation, Result } from '../../src/session/events.ts';
import { result } from '../../src/session/invocation.ts';
import { record } from '../../src/testing/record.ts';
import { virtually } from '../helpers/virtual.ts';
import { type JoinedOptions, joined, turn } from '../helpers/wire.ts';

const URI = 'com.app.f';

function registered(handler: Handler, options: JoinedOptions = {}) {
  const client = joined(options);
  const registration = record(client.wamp.register(URI, handler));
  const errors = record(client.wamp.userErrors$);
  client.wire.take(64);
  client.wire.send([65, 1, 88]);
  return { ...client, registration, errors };
}

/** What stands behind code and request. */
const tails = (messages: readonly Message[]): readonly unknown[] => messages.map((message) => message.slice(2));

class BadThing extends Error {
  readonly unit: string;
  constructor(unit = 'kB') {
    super(`bad ${unit}`);
    this.unit = unit;
  }
}

describe('an invocation', () => {
  it('tells what was called, by whom, with what', () => {
    let seen: Invocation | undefined;
    const { wire } = registered((invocation) => {
      seen = invocation;
    });
    const details = { caller: 5, caller_authid: 'joe', caller_authrole: 'user', timeout: 1, trustlevel: 2, x_own: 3 };
    wire.send([68, 1, 88, { ...details, procedure: 'com.app.foo', receive_progress: true }, ['a'], { b: 1 }]);
    expect([seen?.args, seen?.kwargs, seen?.value]).toEqual([['a'], { b: 1 }, 'a']);
    expect(seen?.details.toJSON()).toEqual({
      registration: 88,
      procedure: 'com.app.foo',
      caller: 5,
      callerAuthid: 'joe',
      callerAuthrole: 'user',
      timeout: 1,
      trustlevel: 2,
      receiveProgress: true,
      x_own: 3,
    });
    expect(seen?.toJSON()).toEqual({ args: ['a'], kwargs: { b: 1 }, details: seen?.details.toJSON() ?? {} });
  });

  it('fills in the procedure where the router does not tell it', () => {
    let seen: Invocation | undefined;
    const { wire } = registered((invocation) => {
      seen = invocation;
    });
    wire.send([68, 1, 88, {}]);
    expect(seen?.details.procedure).toBe(URI);
  });

  it('has one signal, which is not aborted by an answer', async () => {
    let seen: Invocation | undefined;
    const { wire } = registered((invocation) => {
      seen = invocation;
    });
    wire.send([68, 1, 88, {}]);
    await turn();
    expect(seen?.signal).toBe(seen!.signal);
    expect(seen?.signal.aborted).toBeFalse();
  });

  it('read after the abort, its signal is aborted with the reason', () => {
    let seen: Invocation | undefined;
    const { wire } = registered((invocation) => {
      seen = invocation;
      return NEVER;
    });
    wire.send([68, 1, 88, {}], [69, 1, { mode: 'kill', reason: 'com.app.stop' }]);
    expect(seen?.signal.aborted).toBeTrue();
    expect(seen?.signal.reason).toEqual(jasmine.objectContaining({ name: 'ApplicationError', uri: 'com.app.stop' }));
    expect(wire.take(8)).toEqual([8, 68, 1, {}, 'com.app.stop']);
  });
});

describe('result()', () => {
  it('is a final answer with any payload', () => {
    expect([result(), result([1]), result([], { a: 1 })].map(({ args, kwargs }) => [args, kwargs])).toEqual([
      [[], {}],
      [[1], {}],
      [[], { a: 1 }],
    ]);
    expect(result()).toBeInstanceOf(Result);
  });

  it('refuses what is no list, and options that it does not know', () => {
    expect(() => result('x' as unknown as [])).toThrowError(TypeError, /args must be a list/);
    expect(() => result([], {}, { progress: true } as never)).toThrowError(TypeError, /unknown option 'progress'/);
    expect(() => result([], {}, { callee: 'me' as never })).toThrowError(TypeError, /callee must be an id/);
  });

  it('takes attributes outside the standard and those between routers to the caller', () => {
    const { wire } = registered(() => result([1], {}, { x_own: 5, _mine_own: 'a', calleeAuthid: 'joe' }));
    wire.send([68, 1, 88, {}], [68, 2, 88, { receive_progress: true }]);
    const options = { x_own: 5, _mine_own: 'a', callee_authid: 'joe' };
    expect(wire.rest()).toEqual([
      [70, 1, options, [1]],
      [70, 2, options, [1]],
    ]);
  });

  it('of several at once keeps them apart', () => {
    const { wire } = registered(() => of(1, 2, result([3], {}, { x_own: 5 })));
    wire.send([68, 1, 88, { receive_progress: true }]);
    expect(wire.rest()).toEqual([
      [70, 1, { progress: true }, [1]],
      [70, 1, { progress: true }, [2]],
      [70, 1, { x_own: 5 }, [3]],
    ]);
  });
});

describe('the answer of a handler', () => {
  const PARTIAL = { progress: true };
  const rows: readonly (readonly [what: string, handler: Handler, plain: unknown[], asked: unknown[]])[] = [
    ['a value', () => 7, [[{}, [7]]], [[{}, [7]]]],
    ['undefined', () => undefined, [[{}]], [[{}]]],
    ['null', () => null, [[{}, [null]]], [[{}, [null]]]],
    ['a list is one value', () => [1, 2], [[{}, [[1, 2]]]], [[{}, [[1, 2]]]]],
    ['a result', () => result([1, 2], { a: 3 }), [[{}, [1, 2], { a: 3 }]], [[{}, [1, 2], { a: 3 }]]],
    ['an empty Observable', () => of(), [[{}]], [[{}]]],
    ['values', () => of(1, 2), [[{}, [2]]], [[PARTIAL, [1]], [PARTIAL, [2]], [{}]]],
    ['undefined among values', () => of(1, undefined), [[{}]], [[PARTIAL, [1]], [PARTIAL], [{}]]],
    [
      'values and a result',
      () => of(1, result([2])),
      [[{}, [2]]],
      [
        [PARTIAL, [1]],
        [{}, [2]],
      ],
    ],
    [
      'values and an empty result',
      () => of(1, result()),
      [[{}]],
      [
        [PARTIAL, [1]],
        [{}, []],
      ],
    ],
    ['a result and more', () => of(result([2]), 3), [[{}, [2]]], [[{}, [2]]]],
    ['a result first of what never ends', () => concat(of(result([2])), NEVER), [[{}, [2]]], [[{}, [2]]]],
  ];
  for (const [what, handler, plain, asked] of rows) {
    it(`${what}: to a caller that asked for progress, and to another`, () => {
      const { wire } = registered(handler);
      wire.send([68, 1, 88, {}]);
      expect(tails(wire.rest())).toEqual(plain);
      wire.send([68, 2, 88, { receive_progress: true }]);
      expect(tails(wire.rest())).toEqual(asked);
    });
  }

  it('may be a Promise of a value or of a result', async () => {
    const { wire } = registered(({ args }) => Promise.resolve(args[0] === 1 ? 'x' : result([], { a: 1 })));
    wire.send([68, 1, 88, {}, [1]], [68, 2, 88, {}, [2]]);
    expect(wire.rest()).toEqual([]);
    await turn();
    await turn();
    expect(wire.rest()).toEqual([
      [70, 1, {}, ['x']],
      [70, 2, {}, [], { a: 1 }],
    ]);
  });

  it('goes out as it comes, one value after the other', () => {
    const work = new Subject<unknown>();
    const { wire } = registered(() => work);
    wire.send([68, 1, 88, { receive_progress: true }]);
    work.next(1);
    expect(wire.take(70)).toEqual([70, 1, PARTIAL, [1]]);
    work.next(result([2]));
    expect(wire.take(70)).toEqual([70, 1, {}, [2]]);
    expect(work.observed).withContext('left after the final answer').toBeFalse();
  });

  it('a CallResult is handed on whole: progress as progress, the final one as the answer', () => {
    const { wamp, wire } = registered(({ details }) =>
      wamp.call('com.app.other', [], {}, { progress: details.receiveProgress === true }),
    );
    wire.send([68, 1, 88, { receive_progress: true }]);
    wire.take(48);
    wire.send([50, 2, { progress: true }, ['p', 1], { a: 1 }], [50, 2, {}, ['f', 2], { b: 2 }]);
    expect(wire.rest()).toEqual([
      [70, 1, PARTIAL, ['p', 1], { a: 1 }],
      [70, 1, {}, ['f', 2], { b: 2 }],
    ]);
  });

  it('a CallResult as a plain value is handed on whole, too', () => {
    let inner: CallResult | undefined;
    const { wamp, wire } = registered(() => inner);
    wamp.call('com.app.other').subscribe((answer) => (inner = answer));
    wire.send([50, 2, {}, ['f', 2], { b: 2 }], [68, 1, 88, {}]);
    expect(wire.rest().at(-1)).toEqual([70, 1, {}, ['f', 2], { b: 2 }]);
  });
});

describe('what a handler throws', () => {
  const thrown: readonly (readonly [what: string, error: unknown, sent: readonly unknown[], reported: boolean])[] = [
    ['an Error', new RangeError('bad'), ['wamp.error.runtime_error', ['bad']], true],
    ['text', 'bad', ['wamp.error.runtime_error', ['bad']], true],
    ['empty text', '', ['wamp.error.runtime_error', ['the string ""']], true],
    ['what cannot be made text', Object.create(null), ['wamp.error.runtime_error', ['an object']], true],
    ['undefined', undefined, ['wamp.error.runtime_error', ['undefined']], true],
    ['an ApplicationError', new ApplicationError('com.app.bad', [1], { a: 2 }), ['com.app.bad', [1], { a: 2 }], false],
    ['a bare ApplicationError', new ApplicationError('com.app.bad'), ['com.app.bad'], false],
    ['a mapped class', new BadThing(), ['com.app.bad_thing', ['bad kB']], false],
    [
      'a mapped class with payload',
      Object.assign(new BadThing(), { args: [1], kwargs: { a: 2 } }),
      ['com.app.bad_thing', [1], { a: 2 }],
      false,
    ],
  ];
  const ways: readonly (readonly [how: string, by: (error: unknown) => unknown])[] = [
    [
      'thrown',
      (error) => {
        throw error;
      },
    ],
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a handler may reject with anything
    ['rejected', (error) => Promise.reject(error)],
    ['of an Observable', (error) => throwError(() => error)],
    [
      'of an Observable with values',
      (error) =>
        concat(
          of(1),
          throwError(() => error),
        ),
    ],
  ];
  for (const [what, error, sent, reported] of thrown) {
    for (const [how, by] of ways) {
      it(`${what}, ${how}, is an ERROR`, async () => {
        const { wire, registration, errors } = registered(() => by(error), {
          errors: [[BadThing, 'com.app.bad_thing']],
        });
        wire.send([68, 1, 88, {}]);
        await turn();
        await turn();
        expect(wire.rest() as readonly unknown[]).toEqual([[8, 68, 1, {}, ...sent]]);
        expect(errors.values).toEqual(reported ? [{ error, context: `handler of ${URI}` }] : []);
        expect(registration.ended).toBeFalse();
      });
    }
  }

  it('takes attributes outside the standard to the caller, and no others of its details', () => {
    const details = { x_own: 5, calleeAuthid: 'joe', progress: true };
    const { wire } = registered(() => throwError(() => new ApplicationError('com.app.bad', [], {}, { details })));
    wire.send([68, 1, 88, {}]);
    expect(wire.rest()).toEqual([[8, 68, 1, { x_own: 5 }, 'com.app.bad']]);
  });

  it('stops there: the handler’s signal is aborted, its stream left', () => {
    let signal: AbortSignal | undefined;
    const { wire } = registered((invocation) => {
      ({ signal } = invocation);
      return throwError(() => new Error('x'));
    });
    wire.send([68, 1, 88, {}]);
    expect(wire.take(8)[4]).toBe('wamp.error.runtime_error');
    expect(signal?.aborted).toBeTrue();
  });

  it('harms no other invocation', () => {
    const { wire } = registered(({ args }) => {
      if (args[0] === 'bad') throw new Error('bad');
      return args[0];
    });
    wire.send([68, 1, 88, {}, ['a']], [68, 2, 88, {}, ['bad']], [68, 3, 88, {}, ['b']]);
    expect(wire.rest().map(([code]) => code)).toEqual([70, 8, 70]);
  });
});

describe('INTERRUPT', () => {
  it('leaves the handler’s Observable and aborts its signal', () => {
    const work = new Subject<string>();
    const reasons: unknown[] = [];
    const { wire } = registered(({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return work;
    });
    wire.send([68, 1, 88, {}]);
    expect(work.observed).toBeTrue();
    wire.send([69, 1, { mode: 'kill' }]);
    expect(work.observed).toBeFalse();
    expect(reasons).toEqual([jasmine.objectContaining({ uri: 'wamp.error.canceled' })]);
    expect(wire.rest()).toEqual([[8, 68, 1, {}, 'wamp.error.canceled']]);
  });

  it('stops one invocation, not its neighbours', () => {
    const work = new Subject<string>();
    const { wire } = registered(() => work);
    wire.send([68, 1, 88, {}], [68, 2, 88, {}], [69, 1, { mode: 'killnowait' }]);
    work.next('x');
    work.complete();
    expect(wire.rest()).toEqual([[70, 2, {}, ['x']]]);
  });

  it('from inside the handler’s own stream is safe', () => {
    const { wire, wamp } = registered(() => wamp.subscribe('com.app.topic'));
    wire.send([68, 1, 88, { receive_progress: true }]);
    wire.take(32);
    wire.send([33, 2, 77], [69, 1, { mode: 'killnowait' }], [36, 77, 5, {}, ['late']]);
    expect(wire.rest()).toEqual([]);
  });
});

describe('details.timeout', () => {
  it('runs here: the handler is stopped and the caller gets an error', () => {
    virtually((at) => {
      let signal: AbortSignal | undefined;
      const { wire } = registered((invocation) => {
        ({ signal } = invocation);
        return NEVER;
      });
      wire.send([68, 1, 88, { timeout: 1000 }]);
      at(999, () => expect(wire.rest()).toEqual([]));
      at(1001, () => {
        expect(wire.rest()).toEqual([[8, 68, 1, {}, 'wamp.error.timeout']]);
        expect(signal?.aborted).toBeTrue();
      });
    });
  });

  it('begins anew at each progressive result', () => {
    virtually((at) => {
      const work = new Subject<string>();
      const { wire } = registered(() => work);
      wire.send([68, 1, 88, { timeout: 1000, receive_progress: true }]);
      at(900, () => work.next('a'));
      at(1800, () => work.next('b'));
      at(2799, () => {
        expect(wire.rest()).toEqual([
          [70, 1, { progress: true }, ['a']],
          [70, 1, { progress: true }, ['b']],
        ]);
      });
      at(2801, () => {
        expect(wire.rest()).toEqual([[8, 68, 1, {}, 'wamp.error.timeout']]);
        expect(work.observed).toBeFalse();
      });
    });
  });

  it('goes on where values are no progress to the caller', () => {
    virtually((at) => {
      const work = new Subject<string>();
      const { wire } = registered(() => work);
      wire.send([68, 1, 88, { timeout: 1000 }]);
      at(900, () => work.next('a'));
      at(1001, () => expect(wire.rest()).toEqual([[8, 68, 1, {}, 'wamp.error.timeout']]));
    });
  });

  it('is over with the answer, and 0 is none', () => {
    virtually((at) => {
      const work = new Subject<string>();
      const { wire } = registered(({ args }) => (args[0] === 'quick' ? 1 : work));
      wire.send([68, 1, 88, { timeout: 1000 }, ['quick']], [68, 2, 88, { timeout: 0 }]);
      wire.take(70);
      at(5000, () => {
        expect(wire.rest()).toEqual([]);
        expect(work.observed).toBeTrue();
      });
    });
  });
});

describe('input$', () => {
  /** A registration whose handler records its input and answers at a signal. */
  function streaming() {
    const work = new Subject<unknown>();
    const inputs: ReturnType<typeof record<InputChunk>>[] = [];
    const client = registered(({ input$ }) => {
      inputs.push(record(input$));
      return work;
    });
    const chunks = (): unknown[] => inputs[0]?.values.map(({ args, kwargs }) => [args, kwargs]) ?? [];
    return { ...client, work, inputs, chunks };
  }

  it('is the chunks, the first included; the empty last message is none', () => {
    const { wire, inputs, chunks } = streaming();
    wire.send([68, 1, 88, { progress: true }, [1], { a: 1 }]);
    expect(chunks()).toEqual([[[1], { a: 1 }]]);
    wire.send([68, 1, 88, { progress: true }, [2]], [68, 1, 88, { progress: true }]);
    expect(inputs[0]?.ended).toBeFalse();
    wire.send([68, 1, 88, {}]);
    expect(chunks()).toEqual([
      [[1], { a: 1 }],
      [[2], {}],
      [[], {}],
    ]);
    expect(inputs[0]?.completed).toBeTrue();
  });

  it('a last message with values is a chunk', () => {
    const { wire, inputs, chunks } = streaming();
    wire.send([68, 1, 88, { progress: true }, [1]], [68, 1, 88, { progress: false }, [2]]);
    expect([chunks().length, inputs[0]?.completed]).toEqual([2, true]);
  });

  it('of a plain invocation is its one chunk', () => {
    const { wire, inputs, chunks } = streaming();
    wire.send([68, 1, 88, {}, [1]]);
    expect([chunks(), inputs[0]?.completed]).toEqual([[[[1], {}]], true]);
  });

  it('read later, has kept what came', async () => {
    let late: Invocation | undefined;
    const { wire } = registered((invocation) => {
      late = invocation;
      return NEVER;
    });
    wire.send([68, 1, 88, { progress: true }, [1]], [68, 1, 88, { progress: true }, [2]], [68, 1, 88, {}]);
    await turn();
    const all = record(late!.input$);
    expect([all.values.map(({ args }) => args), all.completed]).toEqual([[[1], [2]], true]);
  });

  it('errors when the invocation is interrupted', () => {
    const { wire, inputs, work } = streaming();
    wire.send([68, 1, 88, { progress: true }, [1]], [69, 1, { mode: 'killnowait' }]);
    expect(inputs[0]?.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.canceled' }));
    expect([work.observed, wire.rest()]).toEqual([false, []]);
  });

  it('answers may go out between its chunks', () => {
    const { wire, work } = streaming();
    wire.send([68, 1, 88, { progress: true, receive_progress: true }, [1]]);
    work.next('one');
    wire.send([68, 1, 88, {}, [2]]);
    work.next(result(['two']));
    expect(wire.rest()).toEqual([
      [70, 1, { progress: true }, ['one']],
      [70, 1, {}, ['two']],
    ]);
  });

  it('completes with the answer, when no more of it will be handed on', async () => {
    let late: Invocation | undefined;
    const { wire, inputs, work, chunks } = streaming();
    const other = registered((invocation) => {
      late = invocation;
      return 1;
    });
    wire.send([68, 1, 88, { progress: true }, [1]]);
    work.next(result(['enough']));
    expect([chunks(), inputs[0]?.completed]).toEqual([[[[1], {}]], true]);
    wire.send([68, 1, 88, { progress: true }, [2]], [68, 1, 88, {}]);
    expect([chunks().length, wire.rest().length]).toEqual([1, 1]);

    other.wire.send([68, 1, 88, { progress: true }, [1]]);
    await turn();
    const all = record(late!.input$);
    expect([all.values.length, all.completed]).toEqual([1, true]);
    // the rest still belongs to the invocation that is over
    other.wire.send([68, 1, 88, { progress: true }, [2]], [68, 1, 88, {}]);
    expect([other.wire.rest().length, other.errors.values]).toEqual([1, []]);
  });

  it('answered before their last chunk are remembered for a while, and not for ever', () => {
    const { wire } = registered(() => 1);
    const begin = (id: number): void => wire.send([68, id, 88, { progress: true }]);
    for (let id = 1; id <= 1001; id++) begin(id);
    expect(wire.rest().length).toBe(1001);
    begin(2);
    expect(wire.rest()).toEqual([]);
    begin(1);
    expect(wire.rest()).toEqual([[70, 1, {}, [1]]]);
  });
});
