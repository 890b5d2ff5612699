import { id, joined, PLAIN, ROLES, setUp, text, VIOLATION, virtual, type RawPeer } from './raw.ts';
import type { RouterOptions } from '../../src/router/index.ts';
import type { TestRouter } from '../../src/testing/index.ts';

/** A caller, and a callee of `com.p`. */
function pair(
  options: RouterOptions = {},
  register = {},
): [TestRouter, caller: RawPeer, callee: RawPeer, registration: number] {
  const [router, caller, callee] = setUp(2, options);
  callee.send([64, 1, register, 'com.p']);
  const registration = callee.last(2) as number;
  callee.take();
  return [router, caller, callee, registration];
}

const canceled = (request: number): unknown[] => [8, 48, request, {}, 'wamp.error.canceled'];

describe('test router, calls', () => {
  it('leads a call to the callee and the result back, payloads untouched', () => {
    const [, caller, callee, registration] = pair();
    for (const [i, [args, kwargs]] of (
      [
        [[], {}],
        [[[1, 2]], {}],
        [[[]], {}],
        [[null], {}],
        [[1, 'a'], { b: null }],
        [[], { c: [1] }],
      ] as const
    ).entries()) {
      const tail = Object.keys(kwargs).length > 0 ? [args, kwargs] : args.length > 0 ? [args] : [];
      caller.send([48, i + 1, {}, 'com.p', args, kwargs]);
      expect(callee.take()).toEqual([[68, i + 1, registration, {}, ...tail]]);
      callee.send([70, i + 1, {}, args, kwargs]);
      expect(caller.take()).toEqual([[50, i + 1, {}, ...tail]]);
    }
  });

  it("leads a callee's error back with its payload and own attributes", () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.send([8, 68, 1, { x_own: 1, other: 2 }, 'com.app.bad', ['why'], { a: 1 }]);
    expect(caller.take()).toEqual([[8, 48, 1, { x_own: 1 }, 'com.app.bad', ['why'], { a: 1 }]]);
  });

  it('knows no unregistered procedure, and no malformed one', () => {
    const [, caller] = pair();
    caller.send([48, 1, {}, 'com.none'], [48, 2, {}, 'com..p'], [48, 3, {}, 'wamp.none']);
    expect(caller.take().map(([, , , , uri]) => uri)).toEqual([
      'wamp.error.no_such_procedure',
      'wamp.error.invalid_uri',
      'wamp.error.no_such_procedure',
    ]);
  });

  it('keeps the order of calls from one caller to one callee', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p', ['a']], [48, 2, {}, 'com.p', ['b']], [48, 3, {}, 'com.p', ['c']]);
    expect(callee.take().map((frame) => frame[4])).toEqual([['a'], ['b'], ['c']]);
    callee.send([70, 2, {}, ['B']], [70, 1, {}, ['A']], [8, 68, 3, {}, 'com.bad']);
    expect(caller.take()).toEqual([
      [50, 2, {}, ['B']],
      [50, 1, {}, ['A']],
      [8, 48, 3, {}, 'com.bad'],
    ]);
  });

  it('counts invocations for each callee, or numbers them at random', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p'], [48, 2, {}, 'com.p']);
    expect(callee.take().map(([, invocation]) => invocation)).toEqual([1, 2]);
    const [, other, random] = pair({ invocationIds: 'random' });
    other.send([48, 1, {}, 'com.p'], [48, 2, {}, 'com.p']);
    for (const [, invocation] of random.take()) expect(invocation).toBeGreaterThan(2 ** 32);
  });

  it('calls within one session', () => {
    const [, , callee] = pair();
    callee.send([48, 2, {}, 'com.p', [1]], [70, 1, {}, [2]]);
    expect(callee.take()).toEqual([
      [68, 1, id(), {}, [1]],
      [50, 2, {}, [2]],
    ]);
  });

  it('names the caller who asks for it, and to the callee that wants it', () => {
    const [router, caller, callee] = pair();
    const [view] = router.sessions;
    const who = { caller: caller.session, caller_authid: view?.authid, caller_authrole: 'anonymous' };
    caller.send([48, 1, { disclose_me: true }, 'com.p'], [48, 2, {}, 'com.p']);
    expect(callee.take().map(([, , , details]) => details)).toEqual([who, {}]);
    callee.send([64, 2, { disclose_caller: true }, 'com.q']);
    callee.take();
    caller.send([48, 3, {}, 'com.q']);
    expect(callee.take()[0]?.[3]).toEqual(jasmine.objectContaining({ caller: caller.session }));
  });

  it('refuses to name callers where the realm does not want it', () => {
    const [, caller, callee] = pair({ realms: { realm1: { disclosure: 'never' } } });
    caller.send([48, 1, { disclose_me: true }, 'com.p']);
    callee.send([64, 2, { disclose_caller: true }, 'com.q']);
    const uri = 'wamp.error.option_disallowed.disclose_me';
    expect(caller.take()).toEqual([[8, 48, 1, {}, uri, [text()]]]);
    expect(callee.take()).toEqual([[8, 64, 2, {}, uri, [text()]]]);
  });

  it('aborts a YIELD or ERROR for an invocation that there is not', () => {
    for (const frame of [
      [70, 1, {}],
      [8, 68, 1, {}, 'com.bad'],
      [8, 48, 1, {}, 'com.bad'],
    ]) {
      const [, , callee] = pair();
      expect(callee.send(frame).take()).toEqual([VIOLATION]);
    }
  });

  it('race 20: aborts a second answer to one invocation', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.send([70, 1, {}]);
    callee.take();
    expect(callee.send([70, 1, {}]).take()).toEqual([VIOLATION]);
  });

  it('cancels for the caller when the callee leaves', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p'], [48, 2, {}, 'com.p']);
    callee.send([6, {}, 'wamp.close.normal']);
    expect(caller.take()).toEqual([
      [8, 48, 1, {}, 'wamp.error.canceled', [text()]],
      [8, 48, 2, {}, 'wamp.error.canceled', [text()]],
    ]);
  });

  it('ends a hundred thousand calls of one that leaves without a halt for the others', () => {
    virtual((at) => {
      const [router, caller, callee] = pair();
      const [one, two] = [joined(router), joined(router)];
      two.send([64, 1, {}, 'com.other']);
      for (let i = 1; i <= 10_000; i++) caller.send([48, i, {}, 'com.p']);
      callee.link.lost();
      expect(caller.take().length).toBeLessThan(2000);
      one.send([48, 1, {}, 'com.other']);
      two.send([70, 1, {}]);
      expect(one.take()).toEqual([[50, 1, {}]]);
      at(100, () => {
        expect(caller.frames.filter(([type]) => type === 8).length).toBe(10_000);
        expect(router.calls).toEqual([]);
      });
    });
  });

  it('interrupts the callee when the caller leaves, and discards its late answer', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.take();
    caller.link.lost();
    expect(callee.take()).toEqual([[69, 1, { mode: 'killnowait', reason: 'wamp.error.canceled' }]]);
    expect(callee.send([70, 1, {}, ['late']]).take()).toEqual([]);
    expect(callee.closed).toEqual([]);
  });

  it('lets invocations end after UNREGISTER', () => {
    const [, caller, callee, registration] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.send([66, 2, registration], [70, 1, {}, [1]]);
    caller.send([48, 2, {}, 'com.p']);
    expect(caller.take()).toEqual([
      [50, 1, {}, [1]],
      [8, 48, 2, {}, 'wamp.error.no_such_procedure', [text()]],
    ]);
  });

  it('bounds the open calls of a session', () => {
    const [, caller] = pair({ limits: { callsPerSession: 1 } });
    caller.send([48, 1, {}, 'com.p'], [48, 2, {}, 'com.p']);
    expect(caller.take()).toEqual([[8, 48, 2, {}, 'rxwamp.error.limit_exceeded', [text()]]]);
  });
});

describe('test router, progressive results', () => {
  it('leads progress to the caller who asked for it, until the final result', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, { receive_progress: true }, 'com.p']);
    expect(callee.take()[0]?.[3]).toEqual({ receive_progress: true });
    callee.send([70, 1, { progress: true }, [1]], [70, 1, { progress: true }], [70, 1, {}, [], { all: 2 }]);
    expect(caller.take()).toEqual([
      [50, 1, { progress: true }, [1]],
      [50, 1, { progress: true }],
      [50, 1, {}, [], { all: 2 }],
    ]);
  });

  it('leads an empty result behind progress to the caller as it came', () => {
    const [, caller, callee] = pair();
    for (const [i, tail] of [[[]], []].entries()) {
      caller.send([48, i + 1, { receive_progress: true }, 'com.p']);
      callee.send([70, i + 1, { progress: true }, [1]], [70, i + 1, {}, ...tail]);
      expect(caller.take().at(-1)).toEqual([50, i + 1, {}, ...tail]);
    }
  });

  it('does not ask a callee for progress that cannot be cancelled', () => {
    const [router, caller] = setUp(1);
    const callee = joined(router, { roles: { callee: { features: { progressive_call_results: true } } } });
    callee.send([64, 1, {}, 'com.p']);
    callee.take();
    caller.send([48, 1, { receive_progress: true }, 'com.p']);
    expect(callee.take()[0]?.[3]).toEqual({});
  });

  it('aborts unrequested progress', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.take();
    expect(callee.send([70, 1, { progress: true }]).take()).toEqual([VIOLATION]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled', [text()]]]);
  });
});

describe('test router, progressive invocations', () => {
  const more = { progress: true };

  it('leads chunks of one request to one callee, both directions at once', () => {
    const [router, caller, one] = pair({}, { invoke: 'roundrobin' });
    const two = joined(router).send([64, 1, { invoke: 'roundrobin' }, 'com.p']);
    two.take();
    caller.send([48, 1, { ...more, receive_progress: true }, 'com.p', ['a']], [48, 1, more, 'com.p', ['b']]);
    expect(one.take()).toEqual([
      [68, 1, id(), { progress: true, receive_progress: true }, ['a']],
      [68, 1, id(), { progress: true }, ['b']],
    ]);
    one.send([70, 1, { progress: true }, ['A']]);
    caller.send([48, 1, {}, 'com.p', ['c']]);
    one.send([70, 1, {}, ['C']]);
    expect(one.take()).toEqual([[68, 1, id(), {}, ['c']]]);
    expect(caller.take()).toEqual([
      [50, 1, { progress: true }, ['A']],
      [50, 1, {}, ['C']],
    ]);
    expect(two.take()).toEqual([]);
  });

  it('lets other requests go on meanwhile, by the watermark rule', () => {
    const [, caller, callee] = pair();
    caller.send(
      [48, 1, more, 'com.p'],
      [48, 2, {}, 'com.p'],
      [48, 1, more, 'com.p'],
      [32, 3, {}, 'a'],
      [48, 1, {}, 'com.p'],
    );
    expect(callee.take().map(([, invocation]) => invocation)).toEqual([1, 2, 1, 1]);
    expect(caller.take()).toEqual([[33, 3, id()]]);
  });

  it('names caller and procedure with every chunk, as with the first', () => {
    const [, caller, callee] = setUp(2);
    callee.send([64, 1, { match: 'prefix' }, 'com.']);
    callee.take();
    caller.send([48, 1, { ...more, disclose_me: true }, 'com.p', ['a']], [48, 1, {}, 'com.p', ['b']]);
    const details = {
      procedure: 'com.p',
      caller: caller.session,
      caller_authid: text(),
      caller_authrole: 'anonymous',
    };
    expect(callee.take()).toEqual([
      [68, 1, id(), { ...details, progress: true }, ['a']],
      [68, 1, id(), details, ['b']],
    ]);
  });

  it('freezes the options at the first chunk', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, more, 'com.p'], [48, 1, { ...more, disclose_me: true, x_own: 1 }, 'com.p']);
    expect(callee.take()[1]?.[3]).toEqual({ progress: true });
  });

  it('race 24: drops chunks of a call that is over, without a word', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, more, 'com.p']);
    callee.send([70, 1, {}, ['enough']]);
    callee.take();
    caller.send([48, 1, more, 'com.p'], [48, 1, {}, 'com.p']);
    caller.send([48, 2, more, 'com.none'], [48, 2, {}, 'com.none']);
    expect(caller.take()).toEqual([
      [50, 1, {}, ['enough']],
      [8, 48, 2, {}, 'wamp.error.no_such_procedure', [text()]],
    ]);
    expect(callee.take()).toEqual([]);
  });

  it('aborts a repeated id of a call that was not progressive, or has had its last chunk', () => {
    for (const first of [
      [[48, 1, {}, 'com.p']],
      [
        [48, 1, more, 'com.p'],
        [48, 1, {}, 'com.p'],
      ],
    ]) {
      const [, caller] = pair();
      expect(caller.send(...first, [48, 1, {}, 'com.p']).take()).toEqual([VIOLATION]);
    }
  });

  it('aborts a repeated id of a call that is over and was not progressive, or that was no call', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.send([70, 1, {}]);
    caller.take();
    expect(caller.send([48, 1, more, 'com.p']).take()).toEqual([VIOLATION]);
    const [, other] = pair();
    expect(other.send([32, 1, {}, 'a'], [48, 1, more, 'com.p']).take()[1]).toEqual(VIOLATION);
  });

  it('aborts a chunk for another procedure', () => {
    const [, caller] = pair();
    expect(caller.send([48, 1, more, 'com.p'], [48, 1, more, 'com.q']).take()).toEqual([VIOLATION]);
  });

  it('aborts a caller that did not announce it, and refuses where the callee did not', () => {
    const [router, full] = pair();
    const plain = joined(router, { roles: PLAIN });
    expect(plain.send([48, 1, more, 'com.p']).take()).toEqual([VIOLATION]);
    const callee = joined(router, { roles: PLAIN }).send([64, 1, {}, 'com.q']);
    full.send([48, 1, more, 'com.q']);
    expect(full.take()).toEqual([[8, 48, 1, {}, 'wamp.error.feature_not_supported', [text()]]]);
    expect(callee.take().length).toBe(1);
  });

  it('interrupts the callee when the caller leaves in the middle', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, more, 'com.p']);
    callee.take();
    caller.link.lost();
    expect(callee.take()).toEqual([[69, 1, jasmine.objectContaining({ mode: 'killnowait' })]]);
  });
});

describe('test router, canceling', () => {
  it('skip: answers at once and leaves the callee alone', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.take();
    caller.send([49, 1, { mode: 'skip' }]);
    expect(caller.take()).toEqual([canceled(1)]);
    expect(callee.take()).toEqual([]);
    callee.send([70, 1, {}, ['late']]);
    expect(caller.take()).toEqual([]);
  });

  it('killnowait, also by default: answers at once and interrupts; a late answer is discarded', () => {
    for (const options of [{ mode: 'killnowait' }, {}]) {
      const [, caller, callee] = pair();
      caller.send([48, 1, { receive_progress: true }, 'com.p']);
      callee.take();
      caller.send([49, 1, options]);
      expect(caller.take()).toEqual([canceled(1)]);
      expect(callee.take()).toEqual([[69, 1, { mode: 'killnowait' }]]);
      callee.send([70, 1, { progress: true }], [70, 1, { progress: true }], [8, 68, 1, {}, 'wamp.error.canceled']);
      expect(callee.closed).toEqual([]);
      expect(caller.take()).toEqual([]);
    }
  });

  it('race 12: kill leaves the answer to the callee, be it ERROR or a RESULT that won the race', () => {
    for (const [answer, forwarded] of [
      [[8, 68, 1, {}, 'wamp.error.canceled'], canceled(1)],
      [
        [70, 1, {}, ['done']],
        [50, 1, {}, ['done']],
      ],
    ] as const) {
      const [, caller, callee] = pair();
      caller.send([48, 1, {}, 'com.p']);
      callee.take();
      caller.send([49, 1, { mode: 'kill' }], [49, 1, { mode: 'kill' }]);
      expect(caller.take()).toEqual([]);
      expect(callee.take()).toEqual([[69, 1, { mode: 'kill' }]]);
      callee.send(answer);
      expect(caller.take()).toEqual([[...forwarded]]);
    }
  });

  it('frees the caller by skip or killnowait after a kill that has no answer', () => {
    for (const mode of ['skip', 'killnowait']) {
      const [, caller, callee] = pair();
      caller.send([48, 1, {}, 'com.p'], [49, 1, { mode: 'kill' }], [49, 1, { mode: 'kill' }]);
      expect(caller.take()).toEqual([]);
      caller.send([49, 1, { mode }]);
      expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled']]);
      callee.send([70, 1, {}, ['late']]);
      expect(caller.take()).toEqual([]);
    }
  });

  it('behaves as skip where the callee cannot be interrupted', () => {
    const [router, caller] = setUp(1);
    const callee = joined(router, { roles: PLAIN }).send([64, 1, {}, 'com.p']);
    caller.send([48, 1, {}, 'com.p']);
    callee.take();
    caller.send([49, 1, { mode: 'kill' }]);
    expect(caller.take()).toEqual([canceled(1)]);
    expect(callee.take()).toEqual([]);
  });

  it('race 15: does not answer a CANCEL of a call that is over, or never was', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.send([70, 1, {}]);
    caller.take();
    expect(caller.send([49, 1, { mode: 'kill' }], [49, 7, {}]).take()).toEqual([]);
    expect(caller.closed).toEqual([]);
  });
});

describe('test router, time-outs', () => {
  it('ends a call in time, with INTERRUPT to the callee', () => {
    virtual((at) => {
      const [, caller, callee] = pair();
      caller.send([48, 1, { timeout: 100 }, 'com.p'], [48, 2, { timeout: 0 }, 'com.p']);
      callee.take();
      at(99, () => expect(caller.take()).toEqual([]));
      at(101, () => {
        expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.timeout', [text()]]]);
        expect(callee.take()).toEqual([[69, 1, { mode: 'killnowait', reason: 'wamp.error.timeout' }]]);
        callee.send([70, 1, {}, ['late']]);
        expect(caller.take()).toEqual([]);
      });
    });
  });

  it('does not end a call at once whose time-out is longer than timers can be', () => {
    const [router, caller] = pair();
    // those of JavaScript take such a time for none
    const timers = spyOn(globalThis, 'setInterval');
    caller.send([48, 1, { timeout: 2 ** 31 }, 'com.p'], [48, 2, { timeout: 2 ** 53 }, 'com.p']);
    expect(timers).not.toHaveBeenCalled();
    expect(router.calls.length).toBe(2);
  });

  it('counts from result to result where there is progress', () => {
    virtual((at) => {
      const [, caller, callee] = pair();
      caller.send([48, 1, { timeout: 100, receive_progress: true }, 'com.p']);
      at(90, () => callee.send([70, 1, { progress: true }]));
      at(180, () => callee.send([70, 1, { progress: true }]));
      at(279, () => expect(caller.take().length).toBe(2));
      at(281, () => expect(caller.take()[0]?.[4]).toBe('wamp.error.timeout'));
    });
  });

  it('forgets the time-out of a call that was answered', () => {
    virtual((at) => {
      const [, caller, callee] = pair();
      caller.send([48, 1, { timeout: 100 }, 'com.p']);
      callee.send([70, 1, {}]);
      at(200, () => expect(caller.take()).toEqual([[50, 1, {}]]));
    });
  });

  it('leaves it to the callee that registered with forward_timeout', () => {
    virtual((at) => {
      const [, caller, callee] = pair({}, { forward_timeout: true });
      caller.send([48, 1, { timeout: 100 }, 'com.p']);
      expect(callee.take()[0]?.[3]).toEqual({ timeout: 100 });
      at(200, () => {
        expect(caller.take()).toEqual([]);
        callee.send([8, 68, 1, {}, 'wamp.error.timeout']);
        expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.timeout']]);
      });
    });
  });
});

describe('test router, re-routing', () => {
  function shared(invoke: string): [RawPeer, RawPeer[]] {
    const [router, caller] = setUp(1);
    const callees = [joined(router), joined(router), joined(router)];
    for (const callee of callees) {
      callee.send([64, 1, { invoke }, 'com.p']);
      callee.take();
    }
    return [caller, callees];
  }
  const decline = (callee: RawPeer | undefined, invocation = 1): void =>
    void callee?.send([8, 68, invocation, {}, 'wamp.error.unavailable']);

  for (const [invoke, order] of [
    ['first', [0, 1, 2]],
    ['last', [2, 1, 0]],
    ['roundrobin', [0, 1, 2]],
  ] as const) {
    it(`asks the next callee of ${invoke}, until all declined`, () => {
      const [caller, callees] = shared(invoke);
      caller.send([48, 1, {}, 'com.p', ['a']]);
      for (const index of order) {
        expect(callees[index]?.take()).toEqual([[68, 1, id(), {}, ['a']]]);
        expect(caller.take()).toEqual([]);
        decline(callees[index]);
      }
      expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.no_available_callee', [text()]]]);
    });
  }

  it('asks each random callee once', () => {
    const [caller, callees] = shared('random');
    caller.send([48, 1, {}, 'com.p']);
    const asked = new Set<number>();
    for (let i = 0; i < 3; i++) {
      const index = callees.findIndex((callee) => callee.take().length > 0);
      asked.add(index);
      decline(callees[index]);
    }
    expect(asked.size).toBe(3);
    expect(caller.take()[0]?.[4]).toBe('wamp.error.no_available_callee');
  });

  it('has no other callee for a single registration', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, {}, 'com.p']);
    decline(callee);
    expect(caller.take()[0]?.[4]).toBe('wamp.error.no_available_callee');
  });

  it('repeats all chunks of a progressive call to the next callee', () => {
    const [caller, callees] = shared('first');
    caller.send([48, 1, { progress: true }, 'com.p', ['a']], [48, 1, { progress: true }, 'com.p', ['b']]);
    decline(callees[0]);
    expect(callees[1]?.take().map((frame) => frame[4])).toEqual([['a'], ['b']]);
    caller.send([48, 1, {}, 'com.p', ['c']]);
    expect(callees[1]?.take()).toEqual([[68, 1, id(), {}, ['c']]]);
  });

  it('does not move a call that has had a partial result', () => {
    const [caller, callees] = shared('first');
    caller.send([48, 1, { receive_progress: true }, 'com.p']);
    callees[0]?.send([70, 1, { progress: true }, [1]]);
    decline(callees[0]);
    expect(caller.take()).toEqual([
      [50, 1, { progress: true }, [1]],
      [8, 48, 1, {}, 'wamp.error.unavailable'],
    ]);
    expect(callees[1]?.take()).toEqual([]);
  });

  it('finds the registration gone when the last callee unregistered before it declined', () => {
    const [, caller, callee, registration] = pair();
    caller.send([48, 1, {}, 'com.p']);
    callee.send([66, 2, registration]);
    decline(callee);
    expect(caller.take()[0]?.[4]).toBe('wamp.error.no_available_callee');
  });
});

describe('test router, payload passthru', () => {
  const ppt = { ppt_scheme: 'wamp', ppt_serializer: 'cbor', ppt_cipher: 'aes256gcm', ppt_keyid: 'k' };
  const bytes = new Uint8Array([1, 2, 3]);

  it('leads keys and the one binary through, both directions, errors too', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, { ...ppt, x_own: 1 }, 'com.p', [bytes]], [48, 2, ppt, 'com.p', [bytes]]);
    expect(callee.take()[0]).toEqual([68, 1, id(), { ...ppt, x_own: 1 }, [bytes]]);
    callee.send([70, 1, { ...ppt, _own: 2 }, [bytes]], [8, 68, 2, ppt, 'com.bad', [bytes]]);
    expect(caller.take()).toEqual([
      [50, 1, { ...ppt, _own: 2 }, [bytes]],
      [8, 48, 2, ppt, 'com.bad', [bytes]],
    ]);
  });

  it('leads a binary in place of the arguments through', () => {
    const [, caller, callee] = pair();
    caller.send([48, 1, { enc_algo: 'cryptobox' }, 'com.p', bytes]);
    expect(callee.take()).toEqual([[68, 1, id(), { enc_algo: 'cryptobox' }, bytes]]);
  });

  it('aborts a caller or callee that did not announce it', () => {
    const without = { ...ROLES, caller: {}, callee: {} };
    const [router, caller] = pair();
    expect(
      joined(router, { roles: without })
        .send([48, 1, ppt, 'com.p', [bytes]])
        .take(),
    ).toEqual([VIOLATION]);
    const callee = joined(router, { roles: without }).send([64, 1, {}, 'com.q']);
    callee.take();
    caller.send([48, 1, {}, 'com.q']);
    callee.send([70, 1, ppt, [bytes]]);
    expect(callee.take()[1]).toEqual(VIOLATION);
  });

  it('refuses a call to a callee without it, and a result for a caller without it', () => {
    const [router, caller, callee] = pair();
    const plain = joined(router, { roles: { ...ROLES, caller: {}, callee: {} } }).send([64, 1, {}, 'com.q']);
    plain.take();
    caller.send([48, 1, ppt, 'com.q', [bytes]]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.feature_not_supported', [text()]]]);
    plain.send([48, 2, {}, 'com.p']);
    callee.take();
    callee.send([70, 1, ppt, [bytes]]);
    expect(callee.take()).toEqual([[8, 70, 1, {}, 'wamp.error.feature_not_supported', [text()]]]);
    expect(plain.take()).toEqual([[8, 48, 2, {}, 'wamp.error.feature_not_supported', [text()]]]);
  });
});
