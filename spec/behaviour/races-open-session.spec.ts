// The races of an open session: what a router may send at any moment, and what must not come of it.
import { firstValueFrom, NEVER, of, Subject, throwError } from 'rxjs';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Handler, Invocation } from '../../src/session/events.ts';
import { result } from '../../src/session/invocation.ts';
import { record } from '../../src/testing/record.ts';
import { type JoinedClient, type JoinedOptions, dialled, joined, turn } from '../helpers/wire.ts';

/** Expects that the client took the last frames without a word, and goes on. */
function expectCalm({ session, wire }: Pick<JoinedClient, 'session' | 'wire'>): void {
  expect(wire.rest()).toEqual([]);
  expect(wire.closed).toBeUndefined();
  expect(session.open).toBeTrue();
}

/** Expects that the client called a protocol violation and hung up. */
function expectViolation({ wire, session }: Pick<JoinedClient, 'session' | 'wire'>, said: RegExp): void {
  const [, details, reason] = wire.take(3);
  expect(details['message']).toMatch(said);
  expect(reason).toBe('wamp.error.protocol_violation');
  expect(wire.rest()).toEqual([]);
  expect(wire.closed).toBe(1002);
  expect(session.open).toBeFalse();
}

/** A client with a subscription of id 77. */
function subscribed(options: JoinedOptions = {}) {
  const client = joined(options);
  const events = record(client.wamp.subscribe('com.app.topic'));
  client.wire.take(32);
  client.wire.send([33, 1, 77]);
  return { ...client, events };
}

/** A client with a registration of id 88. */
function registered(handler: Handler, options: JoinedOptions = {}) {
  const client = joined(options);
  const registration = record(client.wamp.register('com.app.f', handler));
  client.wire.take(64);
  client.wire.send([65, 1, 88]);
  return { ...client, registration };
}

const values = (recording: { readonly values: readonly { readonly value: unknown }[] }): unknown[] =>
  recording.values.map(({ value }) => value);

describe('race 01: EVENT directly behind SUBSCRIBED', () => {
  it('reaches the observer', () => {
    const { wamp, wire } = joined();
    const events = record(wamp.subscribe('com.app.topic'));
    expect(wire.take(32)).toEqual([32, 1, {}, 'com.app.topic']);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['first']], [36, 77, 6, {}, ['second']]);
    expect(values(events)).toEqual(['first', 'second']);
  });
});

describe('race 02: a retained EVENT directly behind SUBSCRIBED', () => {
  it('reaches the observer that requested it, and differs from a live one', () => {
    const { wamp, wire } = joined();
    const asked = record(wamp.subscribe('com.app.topic', { getRetained: true }));
    const silent = record(wamp.subscribe('com.app.topic'));
    expect(wire.take(32)).toEqual([32, 1, { get_retained: true }, 'com.app.topic']);
    wire.send([33, 1, 77], [36, 77, 5, { retained: true }, ['state']], [36, 77, 6, {}, ['live']]);
    expect(asked.values.map(({ value, details }) => [value, details.retained])).toEqual([
      ['state', true],
      ['live', undefined],
    ]);
    expect(values(silent)).toEqual(['live']);
  });
});

describe('race 03: EVENT while UNSUBSCRIBE is pending, and after it', () => {
  it('is dropped in silence', async () => {
    const client = subscribed();
    const { wire, events } = client;
    events.stop();
    await turn();
    expect(wire.take(34)).toEqual([34, 2, 77]);
    wire.send([36, 77, 5, {}, ['crossing']]);
    expectCalm(client);
    wire.send([35, 2], [36, 77, 6, {}, ['late']]);
    expectCalm(client);
    expect(events.values).toEqual([]);
  });

  it('EVENT of a subscription that never was is dropped, too', () => {
    const client = subscribed();
    client.wire.send([36, 4711, 5, {}]);
    expectCalm(client);
  });
});

describe('race 04: two local subscribers on one topic and match', () => {
  it('share one subscription; the last one out gives it back', async () => {
    const { wamp, wire, events } = subscribed();
    const second = record(wamp.subscribe('com.app.topic'));
    expect(wire.rest()).toEqual([]);
    wire.send([36, 77, 5, {}, ['both']]);
    events.stop();
    await turn();
    wire.send([36, 77, 6, {}, ['one']]);
    expect([values(events), values(second)]).toEqual([['both'], ['both', 'one']]);
    expect(wire.rest()).toEqual([]);
    second.stop();
    await turn();
    expect(wire.take(34)).toEqual([34, 2, 77]);
  });
});

describe('race 05: churn', () => {
  it('an observer that leaves before SUBSCRIBED makes the client unsubscribe when it comes', async () => {
    const { wamp, wire } = joined();
    wamp.subscribe('com.app.topic').subscribe().unsubscribe();
    wire.take(32);
    await turn();
    expect(wire.rest()).toEqual([]);
    wire.send([33, 1, 77]);
    expect(wire.take(34)).toEqual([34, 2, 77]);
  });

  it('unless another joined meanwhile', async () => {
    const { wamp, wire } = joined();
    wamp.subscribe('com.app.topic').subscribe().unsubscribe();
    wire.take(32);
    await turn();
    const events = record(wamp.subscribe('com.app.topic'));
    wire.send([33, 1, 77], [36, 77, 5, {}, ['kept']]);
    await turn();
    expect(wire.rest()).toEqual([]);
    expect(values(events)).toEqual(['kept']);
  });

  it('a SUBSCRIBE refused without an observer left leaves nothing behind', async () => {
    const { wamp, wire } = joined();
    wamp.subscribe('com.app.topic').subscribe().unsubscribe();
    wire.take(32);
    await turn();
    wire.send([8, 32, 1, {}, 'wamp.error.not_authorized']);
    const events = record(wamp.subscribe('com.app.topic'));
    expect(wire.take(32)).toEqual([32, 2, {}, 'com.app.topic']);
    wire.send([33, 2, 77], [36, 77, 5, {}, ['x']]);
    expect(values(events)).toEqual(['x']);
  });

  for (const [order, replies] of [
    [
      'UNSUBSCRIBED first',
      [
        [35, 2],
        [33, 3, 77],
      ],
    ],
    [
      'SUBSCRIBED first',
      [
        [33, 3, 77],
        [35, 2],
      ],
    ],
  ] as const) {
    it(`a SUBSCRIBE follows an UNSUBSCRIBE at once, and the same id comes back (${order})`, async () => {
      const { wamp, wire, events } = subscribed();
      events.stop();
      await turn();
      expect(wire.take(34)).toEqual([34, 2, 77]);
      const again = record(wamp.subscribe('com.app.topic'));
      expect(wire.take(32)).toEqual([32, 3, {}, 'com.app.topic']);
      wire.send([36, 77, 5, {}, ['old']]);
      wire.send(...replies, [36, 77, 6, {}, ['new']]);
      expect(values(again)).toEqual(['new']);
      again.stop();
      await turn();
      expect(wire.take(34)).toEqual([34, 4, 77]);
    });
  }

  it('REGISTER after UNREGISTER waits for UNREGISTERED', () => {
    const { wamp, wire, registration } = registered(() => 'old');
    registration.stop();
    expect(wire.take(66)).toEqual([66, 2, 88]);
    const again = record(wamp.register('com.app.f', () => 'new'));
    expect(wire.rest()).toEqual([]);
    wire.send([67, 2]);
    expect(wire.take(64)).toEqual([64, 3, {}, 'com.app.f']);
    wire.send([65, 3, 88], [68, 1, 88, {}]);
    expect(again.values.map(({ id }) => id)).toEqual([88]);
    expect(wire.take(70)).toEqual([70, 1, {}, ['new']]);
  });

  it('one that gives up while it waits sends nothing', () => {
    const { wamp, wire, registration } = registered(() => 'old');
    registration.stop();
    wire.take(66);
    wamp
      .register('com.app.f', () => 'never')
      .subscribe()
      .unsubscribe();
    const third = record(wamp.register('com.app.f', () => 'third'));
    wire.send([67, 2]);
    expect(wire.take(64)).toEqual([64, 3, {}, 'com.app.f']);
    expect(wire.rest()).toEqual([]);
    wire.send([65, 3, 89]);
    expect(third.values.length).toBe(1);
  });

  it('a second live REGISTER of one procedure is refused here', () => {
    const { wamp, wire, registration } = registered(() => 'old');
    const second = record(wamp.register('com.app.f', () => 'new'));
    expect(second.error).toEqual(jasmine.objectContaining({ name: 'InvalidStateError' }));
    expect((second.error as Error).message).toContain('com.app.f');
    expect(wire.rest()).toEqual([]);
    expect(registration.ended).toBeFalse();
  });

  it('a callee that leaves before REGISTERED unregisters when it comes', () => {
    const { wamp, wire } = joined();
    wamp
      .register('com.app.f', () => 1)
      .subscribe()
      .unsubscribe();
    wire.take(64);
    expect(wire.rest()).toEqual([]);
    wire.send([65, 1, 88]);
    expect(wire.take(66)).toEqual([66, 2, 88]);
  });
});

describe('race 06: one topic with different matches', () => {
  it('has separate subscriptions; one publication arrives on each', () => {
    const { wamp, wire, events } = subscribed();
    const prefix = record(wamp.subscribe('com.app.topic', { match: 'prefix' }));
    expect(wire.take(32)).toEqual([32, 2, { match: 'prefix' }, 'com.app.topic']);
    wire.send([33, 2, 78], [36, 77, 5, {}, ['x']], [36, 78, 5, { topic: 'com.app.topic' }, ['x']]);
    const seen = [events, prefix].map(({ values: all }) =>
      all.map(({ details }) => [details.subscription, details.publication]),
    );
    expect(seen).toEqual([[[77, 5]], [[78, 5]]]);
  });
});

describe('race 07: events of a pattern', () => {
  it('name the topic that was published to; of an exact subscription the subscribed one', () => {
    const { wamp, wire, events } = subscribed();
    const wildcard = record(wamp.subscribe('com..topic', { match: 'wildcard' }));
    wire.take(32);
    wire.send([33, 2, 78], [36, 78, 5, { topic: 'com.other.topic' }], [36, 77, 6, {}]);
    expect(wildcard.values.map(({ details }) => details.topic)).toEqual(['com.other.topic']);
    expect(events.values.map(({ details }) => details.topic)).toEqual(['com.app.topic']);
  });
});

describe('race 08: a publisher and its own event', () => {
  it('excludeMe: false goes on the wire', () => {
    const { wamp, wire } = joined();
    wamp.publish('com.app.topic', [1], {}, { excludeMe: false });
    expect(wire.take(16)).toEqual([16, 1, { exclude_me: false }, 'com.app.topic', [1]]);
    wamp.publish('com.app.topic', [1], {}, { excludeMe: true });
    expect(wire.take(16)[2]).toEqual({ exclude_me: true });
  });
});

describe('race 09: unacknowledged PUBLISH', () => {
  it('waits for nothing and never fails', () => {
    const client = joined();
    const lifecycle = record(client.wamp.lifecycle$);
    const report = client.wamp.publish('com.app.topic');
    expect(client.wire.take(16)).toEqual([16, 1, {}, 'com.app.topic']);
    client.wire.send([8, 16, 1, {}, 'wamp.error.not_authorized']);
    expectCalm(client);
    client.wire.hangUp(1006);
    expect(record(report).values).toEqual([{ acknowledged: false }]);
    expect(record(report).completed).toBeTrue();
    expect(lifecycle.values.filter(({ type }) => type === 'publisherror')).toEqual([]);
  });
});

describe('race 10: PUBLISHED and the own event', () => {
  for (const [order, frames] of [
    [
      'PUBLISHED first',
      [
        [17, 2, 5],
        [36, 77, 5, {}, ['own']],
      ],
    ],
    [
      'EVENT first',
      [
        [36, 77, 5, {}, ['own']],
        [17, 2, 5],
      ],
    ],
  ] as const) {
    it(`come in any order (${order})`, () => {
      const { wamp, wire, events } = subscribed();
      const report = record(wamp.publish('com.app.topic', ['own'], {}, { acknowledge: true, excludeMe: false }));
      expect(wire.take(16)).toEqual([16, 2, { acknowledge: true, exclude_me: false }, 'com.app.topic', ['own']]);
      wire.send(...frames);
      expect(report.values).toEqual([{ acknowledged: true, publication: 5 }]);
      expect(report.completed).toBeTrue();
      expect(values(events)).toEqual(['own']);
    });
  }
});

describe('race 11: RESULT or ERROR after a local cancel', () => {
  for (const [name, frame] of [
    ['RESULT', [50, 1, {}, ['late']]],
    ['a progressive RESULT', [50, 1, { progress: true }, ['late']]],
    ['ERROR', [8, 48, 1, {}, 'com.app.late']],
  ] as const) {
    it(`${name} is swallowed`, () => {
      const client = joined();
      const call = record(client.wamp.call('com.app.f', [], {}, { progress: true }));
      client.wire.take(48);
      call.stop();
      expect(client.wire.take(49)).toEqual([49, 1, { mode: 'killnowait' }]);
      client.wire.send(frame);
      expectCalm(client);
      expect(call.values).toEqual([]);
    });
  }

  for (const type of [1, 36, 68, 99]) {
    it(`so is ERROR for type ${type}, which nothing answers with ERROR`, () => {
      const client = joined();
      record(client.wamp.call('com.app.f')).stop();
      client.wire.rest();
      client.wire.send([8, type, 1, {}, 'com.app.bad']);
      expectViolation(client, /ERROR for request 1/);
    });
  }

  it('a reply to a request that was never made is a violation', () => {
    const client = joined();
    client.wire.send([50, 1, {}]);
    expectViolation(client, /RESULT for request 1/);
  });
});

describe('race 12: CANCEL kill that ends with a RESULT', () => {
  it('has been settled here, and the session goes on', () => {
    const client = joined();
    const call = record(client.wamp.call('com.app.f', [], {}, { cancelMode: 'kill' }));
    client.wire.take(48);
    call.stop();
    expect(client.wire.take(49)).toEqual([49, 1, { mode: 'kill' }]);
    client.wire.send([50, 1, {}, ['won the race']]);
    expectCalm(client);
  });
});

describe('race 13: CANCEL skip that is never answered', () => {
  it('keeps no caller waiting: the call ends here, others go on', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call('com.app.f', [], {}, { cancelMode: 'skip' }));
    wire.take(48);
    call.stop();
    expect(wire.take(49)).toEqual([49, 1, { mode: 'skip' }]);
    const next = record(wamp.call('com.app.f'));
    expect(wire.take(48)).toEqual([48, 2, {}, 'com.app.f']);
    wire.send([50, 2, {}, ['x']]);
    expect(values(next)).toEqual(['x']);
  });
});

describe('race 14: ERROR for a CANCEL', () => {
  it('carries type 48 and the id of the CALL; type 49, which some send, is ignored', () => {
    const client = joined();
    const call = record(client.wamp.call('com.app.f'));
    client.wire.take(48);
    call.stop();
    client.wire.take(49);
    client.wire.send([8, 48, 1, {}, 'wamp.error.canceled']);
    client.wire.send([8, 49, 1, {}, 'wamp.error.invalid_argument']);
    // of a YIELD, which carries an id of the router's
    client.wire.send([8, 70, 4711, {}, 'wamp.error.invalid_argument']);
    expectCalm(client);
    expect(call.error).toBeUndefined();
  });
});

describe('race 15: cancel after completion, or twice', () => {
  it('sends CANCEL once at most, and only while the call is open', () => {
    const { wamp, wire } = joined();
    const done = wamp.call('com.app.f').subscribe();
    wire.take(48);
    wire.send([50, 1, {}]);
    done.unsubscribe();
    expect(wire.rest()).toEqual([]);
    const failed = wamp.call('com.app.f').subscribe({ error: () => undefined });
    wire.take(48);
    wire.send([8, 48, 2, {}, 'com.app.bad']);
    failed.unsubscribe();
    expect(wire.rest()).toEqual([]);
    const twice = wamp.call('com.app.f').subscribe();
    wire.take(48);
    twice.unsubscribe();
    twice.unsubscribe();
    expect(wire.take(49)).toEqual([49, 3, { mode: 'killnowait' }]);
    expect(wire.rest()).toEqual([]);
  });
});

describe('race 16: INTERRUPT for an unknown or finished invocation', () => {
  it('is ignored', () => {
    const client = registered(() => 'done');
    client.wire.send([69, 4711, { mode: 'kill' }]);
    expectCalm(client);
    client.wire.send([68, 1, 88, {}]);
    client.wire.take(70);
    client.wire.send([69, 1, { mode: 'kill' }]);
    expectCalm(client);
  });
});

describe('race 17: INTERRUPT without a mode', () => {
  it('counts as kill: aborts, and answers canceled once', () => {
    let signal: AbortSignal | undefined;
    const client = registered((invocation) => {
      ({ signal } = invocation);
      return NEVER;
    });
    client.wire.send([68, 1, 88, {}], [69, 1, {}]);
    expect(signal?.aborted).toBeTrue();
    expect(client.wire.take(8)).toEqual([8, 68, 1, {}, 'wamp.error.canceled']);
    client.wire.send([69, 1, {}]);
    expectCalm(client);
  });
});

describe('race 18: INTERRUPT killnowait', () => {
  it('aborts the handler and sends nothing', () => {
    const work = new Subject<string>();
    let signal: AbortSignal | undefined;
    const client = registered((invocation) => {
      ({ signal } = invocation);
      return work;
    });
    client.wire.send([68, 1, 88, {}]);
    expect(work.observed).toBeTrue();
    client.wire.send([69, 1, { mode: 'killnowait' }]);
    expect([signal?.aborted, work.observed]).toEqual([true, false]);
    expectCalm(client);
  });
});

describe('race 19: a handler that ignores the abort signal', () => {
  for (const [mode, sent] of [
    ['kill', [[8, 68, 1, {}, 'wamp.error.canceled']]],
    ['killnowait', []],
  ] as const) {
    for (const outcome of ['answer', 'fail'] as const) {
      it(`may ${outcome} late: nothing more is sent (${mode})`, async () => {
        let finish = (): void => undefined;
        const late = new Promise<string>((resolve, reject) => {
          finish = () => {
            if (outcome === 'answer') resolve('late');
            else reject(new Error('late'));
          };
        });
        const client = registered(() => late);
        client.wire.send([68, 1, 88, {}], [69, 1, { mode }]);
        expect(client.wire.rest()).toEqual(sent);
        finish();
        await late.catch(() => undefined);
        await turn();
        expectCalm(client);
      });
    }
  }
});

describe('race 20: more than one answer to an invocation', () => {
  it('a handler that emits behind its final result sends one YIELD', () => {
    const client = registered(() => of(result(['final']), 'behind', result(['again'])));
    client.wire.send([68, 1, 88, { receive_progress: true }]);
    expect(client.wire.take(70)).toEqual([70, 1, {}, ['final']]);
    expectCalm(client);
  });

  it('nor does it send progress behind an error, or an error behind the answer', () => {
    const work = new Subject<unknown>();
    const client = registered(() => work);
    client.wire.send([68, 1, 88, { receive_progress: true }]);
    work.next('partial');
    expect(client.wire.take(70)).toEqual([70, 1, { progress: true }, ['partial']]);
    client.wire.send([69, 1, { mode: 'kill' }]);
    expect(client.wire.take(8)).toEqual([8, 68, 1, {}, 'wamp.error.canceled']);
    work.next('behind');
    work.error(new Error('behind'));
    expectCalm(client);
  });
});

describe('race 22: unrequested progress', () => {
  it('is kept back: the last value is the answer', () => {
    const client = registered(() => of('a', 'b', 'c'));
    client.wire.send([68, 1, 88, {}]);
    expect(client.wire.take(70)).toEqual([70, 1, {}, ['c']]);
    expectCalm(client);
  });

  it('a stream that completes empty is answered with an empty YIELD', () => {
    const client = registered(() => of());
    client.wire.send([68, 1, 88, {}], [68, 2, 88, { receive_progress: true }]);
    expect(client.wire.rest()).toEqual([
      [70, 1, {}],
      [70, 2, {}],
    ]);
    expectCalm(client);
  });
});

describe('race 23: a progressive RESULT', () => {
  it('does not end the call', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call('com.app.f', [], {}, { progress: true }));
    wire.send([50, 1, { progress: true }, [1]], [50, 1, { progress: true }, [2]]);
    expect([values(call), call.ended]).toEqual([[1, 2], false]);
    wire.send([50, 1, {}, [3]]);
    expect([values(call), call.completed]).toEqual([[1, 2, 3], true]);
  });

  it('of a call that did not ask for any is waited out', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call('com.app.f'));
    wire.send([50, 1, { progress: true }, [1]]);
    expect([call.values, call.ended]).toEqual([[], false]);
    wire.send([50, 1, {}, [2]]);
    expect([values(call), call.completed]).toEqual([[2], true]);
  });
});

describe('race 24: a repeated INVOCATION id', () => {
  it('is the next chunk of a progressive one', () => {
    const chunks: unknown[] = [];
    const client = registered(({ input$ }: Invocation) => {
      input$.subscribe({ next: ({ args }) => chunks.push(args), complete: () => chunks.push('end') });
      return NEVER;
    });
    client.wire.send([68, 1, 88, { progress: true }, [1]], [68, 1, 88, { progress: true }, [2]], [68, 1, 88, {}, [3]]);
    expect(chunks).toEqual([[1], [2], [3], 'end']);
    expectCalm(client);
  });

  it('of one that is finished is ignored, and its handler not called again', () => {
    let calls = 0;
    const client = registered(() => ++calls);
    client.wire.send([68, 1, 88, { progress: true }, [1]]);
    expect(client.wire.take(70)).toEqual([70, 1, {}, [1]]);
    client.wire.send([68, 1, 88, { progress: true }, [2]], [68, 1, 88, {}, [3]]);
    expectCalm(client);
    expect(calls).toBe(1);
  });

  it('behind the last chunk of one that is finished is a new invocation', () => {
    let calls = 0;
    const client = registered(() => ++calls);
    client.wire.send([68, 1, 88, { progress: true }], [68, 1, 88, {}], [68, 1, 88, {}]);
    expect(client.wire.rest()).toEqual([
      [70, 1, {}, [1]],
      [70, 1, {}, [2]],
    ]);
  });

  it('of one that was interrupted is ignored, too', () => {
    const client = registered(() => NEVER);
    client.wire.send([68, 1, 88, { progress: true }, [1]], [69, 1, { mode: 'killnowait' }], [68, 1, 88, {}, [2]]);
    expectCalm(client);
  });

  it('of one that is no progressive one is a violation', () => {
    const client = registered(() => NEVER);
    client.wire.send([68, 1, 88, {}], [68, 1, 88, {}]);
    expectViolation(client, /INVOCATION 1/);
  });
});

describe('race 25: ids of invocations', () => {
  it('may come in any order, and be large', () => {
    const client = registered(({ args }) => args[0]);
    client.wire.send([68, 2 ** 53, 88, {}, ['a']], [68, 7, 88, {}, ['b']], [68, 2 ** 40, 88, {}, ['c']]);
    expect(client.wire.rest()).toEqual([
      [70, 2 ** 53, {}, ['a']],
      [70, 7, {}, ['b']],
      [70, 2 ** 40, {}, ['c']],
    ]);
  });
});

describe('race 26: INVOCATION after UNREGISTER', () => {
  it('is served until UNREGISTERED', () => {
    const client = registered(({ args }) => args[0]);
    client.registration.stop();
    client.wire.take(66);
    client.wire.send([68, 1, 88, {}, ['served']]);
    expect(client.wire.take(70)).toEqual([70, 1, {}, ['served']]);
    client.wire.send([67, 2]);
    expectCalm(client);
  });

  it('of an unknown registration is answered with an ERROR: no caller is left waiting', () => {
    const client = registered(() => 1);
    client.wire.send([68, 1, 4711, {}]);
    expect(client.wire.take(8)).toEqual([8, 68, 1, {}, 'wamp.error.no_such_registration']);
    expectCalm(client);
  });

  it('invocations that run when their registration is given back are answered', () => {
    const work = new Subject<string>();
    const client = registered(() => work);
    client.wire.send([68, 1, 88, {}]);
    client.registration.stop();
    client.wire.take(66);
    client.wire.send([67, 2]);
    work.next('done');
    work.complete();
    expect(client.wire.take(70)).toEqual([70, 1, {}, ['done']]);
  });
});

describe('race 27: UNSUBSCRIBED and UNREGISTERED with request 0', () => {
  it('withdraw a subscription: its observers get the reason, nothing is sent', async () => {
    const client = subscribed();
    const { wamp, wire, events } = client;
    wire.send([35, 0, { subscription: 77, reason: 'com.app.moved' }]);
    expect(events.error).toEqual(jasmine.objectContaining({ name: 'ApplicationError', uri: 'com.app.moved' }));
    await turn();
    expectCalm(client);
    wire.send([36, 77, 5, {}]);
    expectCalm(client);
    record(wamp.subscribe('com.app.topic'));
    expect(wire.take(32)).toEqual([32, 2, {}, 'com.app.topic']);
  });

  it('withdraw a registration', () => {
    const client = registered(() => 1);
    const { wamp, wire, registration } = client;
    wire.send([67, 0, { registration: 88, reason: 'wamp.error.unregistered' }]);
    expect(registration.error).toEqual(
      jasmine.objectContaining({ name: 'ApplicationError', uri: 'wamp.error.unregistered', procedure: 'com.app.f' }),
    );
    expectCalm(client);
    record(wamp.register('com.app.f', () => 2));
    expect(wire.take(64)).toEqual([64, 2, {}, 'com.app.f']);
  });

  it('with a reason that is no URI say what they are', () => {
    const client = registered(() => 1);
    client.wire.send([67, 0, { registration: 88, reason: 'not a URI' }]);
    expect(client.registration.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.no_such_registration' }));
    expectCalm(client);
  });

  it('of what is not held, or say nothing, are ignored', () => {
    const client = subscribed();
    client.wire.send([35, 0, { subscription: 4711 }], [67, 0, { registration: 4711 }], [35, 0], [67, 0, {}]);
    expectCalm(client);
    expect(client.events.ended).toBeFalse();
  });
});

describe('race 28: ERROR for UNSUBSCRIBE or UNREGISTER after a revocation', () => {
  it('is success: what was there is gone', async () => {
    const client = subscribed();
    const { wamp, wire, events } = client;
    events.stop();
    await turn();
    wire.take(34);
    wire.send([35, 0, { subscription: 77 }], [8, 34, 2, {}, 'wamp.error.no_such_subscription']);
    expectCalm(client);
    const again = record(wamp.subscribe('com.app.topic'));
    wire.take(32);
    wire.send([33, 3, 78], [36, 78, 5, {}, ['x']]);
    expect(values(again)).toEqual(['x']);
  });

  it('lets the next REGISTER go on', () => {
    const { wamp, wire, registration } = registered(() => 'old');
    registration.stop();
    wire.take(66);
    const next = record(wamp.register('com.app.f', () => 'new'));
    wire.send([8, 66, 2, {}, 'wamp.error.no_such_registration']);
    wire.take(64);
    wire.send([65, 3, 89]);
    expect(next.values.map(({ id }) => id)).toEqual([89]);
  });

  it('a revocation that crosses the UNREGISTER lets it go on, too, once', () => {
    const client = registered(() => 'old');
    const { wamp, wire, registration } = client;
    registration.stop();
    wire.take(66);
    const next = record(wamp.register('com.app.f', () => 'new'));
    wire.send([67, 0, { registration: 88 }], [8, 66, 2, {}, 'wamp.error.no_such_registration']);
    expect(wire.take(64)).toEqual([64, 3, {}, 'com.app.f']);
    wire.send([65, 3, 89]);
    expect(next.values.map(({ id }) => id)).toEqual([89]);
    expectCalm(client);
  });
});

describe('race 29: what must not come in a session', () => {
  for (const [name, frame] of [
    ['WELCOME', [2, 5, { roles: {} }]],
    ['CHALLENGE', [4, 'ticket', {}]],
  ] as const) {
    it(`${name} is a violation that ends it`, () => {
      const client = subscribed();
      client.wire.send(frame);
      expectViolation(client, new RegExp(`^${name} must not come now`));
    });
  }

  // what clients alone send is unknown to a client
  for (const [name, frame] of [
    ['HELLO', [1, 'realm1', {}]],
    ['AUTHENTICATE', [5, 'x', {}]],
    ['PUBLISH', [16, 1, {}, 'com.app.topic']],
    ['SUBSCRIBE', [32, 1, {}, 'com.app.topic']],
    ['UNSUBSCRIBE', [34, 1, 2]],
    ['CALL', [48, 1, {}, 'com.app.f']],
    ['CANCEL', [49, 1, {}]],
    ['REGISTER', [64, 1, {}, 'com.app.f']],
    ['UNREGISTER', [66, 1, 2]],
    ['YIELD', [70, 1, {}]],
    ['EVENT_RECEIVED', [337, 1]],
  ] as const) {
    it(`${name} is a violation that ends it`, () => {
      const client = subscribed();
      client.wire.send(frame);
      expectViolation(client, new RegExp(`known message code, got the number ${frame[0]}$`));
    });
  }

  for (const [name, frame, said] of [
    ['an empty list', '[]', /known message code/],
    ['no list', '{}', /must be a list/],
    ['an unknown code', '[7,1]', /known message code/],
    ['a wrong shape', '[36,77]', /^EVENT: /],
    ['no JSON', '[36,77', /./],
  ] as const) {
    it(`${name} is one, too`, () => {
      const client = subscribed();
      client.wire.frame(frame);
      expectViolation(client, said);
    });
  }

  it('everything before it was dealt with, nothing behind it is', () => {
    const { wire, events } = subscribed();
    wire.send([36, 77, 5, {}, ['before']], [2, 5, { roles: {} }], [36, 77, 6, {}, ['behind']]);
    expect(values(events)).toEqual(['before']);
  });
});

describe('race 34: a request that cannot be written', () => {
  it('leaves no gap in the request ids', () => {
    const client = joined();
    const { wamp, wire } = client;
    const call = record(wamp.call('com.app.f', [Symbol('no')]));
    expect(call.error).toEqual(jasmine.objectContaining({ name: 'SerializationError' }));
    const quiet = record(wamp.publish('com.app.topic', [() => 1]));
    const loud = record(wamp.publish('com.app.topic', [], { a: 1n << 70n }, { acknowledge: true }));
    for (const report of [quiet, loud]) {
      expect(report.error).toEqual(jasmine.objectContaining({ name: 'SerializationError' }));
    }
    const topic = record(wamp.subscribe('com.app.topic', { x_own: new Map() }));
    const procedure = record(wamp.register('com.app.f', () => 1, { x_own: new Map() }));
    for (const stream of [topic, procedure]) {
      expect(stream.error).toEqual(jasmine.objectContaining({ name: 'SerializationError' }));
    }
    expectCalm(client);
    record(wamp.call('com.app.f'));
    expect(wire.take(48)).toEqual([48, 1, {}, 'com.app.f']);
  });

  it('a result that cannot be written is answered as an error', () => {
    const client = registered(() => ({ no: Symbol('no') }));
    const errors = record(client.wamp.userErrors$);
    client.wire.send([68, 1, 88, {}]);
    const error = client.wire.take(8);
    expect(error.slice(0, 5)).toEqual([8, 68, 1, {}, 'wamp.error.invalid_payload']);
    expect(error[5]).toEqual([jasmine.stringMatching(/Symbol/)]);
    expect(errors.values.length).toBe(1);
    expectCalm(client);
  });

  it('so are progress and errors that cannot be written', () => {
    const progress = registered(() => of(Symbol('no'), 'more'));
    progress.wire.send([68, 1, 88, { receive_progress: true }]);
    expect(progress.wire.take(8)[4]).toBe('wamp.error.invalid_payload');
    expectCalm(progress);
    const bad = Object.assign(new Error('x'), { args: [Symbol('no')], kwargs: {} });
    class Bad extends Error {}
    Object.setPrototypeOf(bad, Bad.prototype);
    const failing = registered(() => throwError(() => bad), { errors: [[Bad, 'com.app.bad']] });
    failing.wire.send([68, 1, 88, {}]);
    expect(failing.wire.take(8).slice(0, 5)).toEqual([8, 68, 1, {}, 'com.app.bad']);
    expectCalm(failing);
  });
});

describe('race 35: a reply of the wrong type', () => {
  for (const [name, frame] of [
    ['REGISTERED for a SUBSCRIBE', [65, 1, 5]],
    ['PUBLISHED for a SUBSCRIBE', [17, 1, 5]],
    ['RESULT for a SUBSCRIBE', [50, 1, {}]],
    ['UNSUBSCRIBED for a SUBSCRIBE', [35, 1]],
    ['UNREGISTERED for a SUBSCRIBE', [67, 1]],
    ['ERROR with another type', [8, 48, 1, {}, 'com.app.bad']],
    ['ERROR with a type that is no request', [8, 68, 1, {}, 'com.app.bad']],
  ] as const) {
    it(`${name} is a violation`, () => {
      const client = joined();
      const events = record(client.wamp.subscribe('com.app.topic'));
      client.wire.take(32);
      client.wire.send(frame);
      expectViolation(client, /request 1/);
      expect(events.ended).withContext('the stream outlives the session').toBeFalse();
    });
  }
});

describe('race 36: payloads that are missing, empty or null', () => {
  for (const [what, tail] of [
    ['nothing', []],
    ['[]', [[]]],
    ['[] {}', [[], {}]],
    ['null', [null]],
    ['null null', [null, null]],
    ['[] null', [[], null]],
  ] as const) {
    it(`${what} arrives as no payload, everywhere`, () => {
      let seen: Invocation | undefined;
      const { wamp, wire } = registered((invocation) => {
        seen = invocation;
        return undefined;
      });
      const events = record(wamp.subscribe('com.app.topic'));
      const call = record(wamp.call('com.app.g'));
      const failing = record(wamp.call('com.app.h'));
      wire.send([33, 2, 77], [36, 77, 5, {}, ...tail], [50, 3, {}, ...tail], [8, 48, 4, {}, 'com.app.bad', ...tail]);
      wire.send([68, 1, 88, {}, ...tail]);
      for (const arrival of [events.values[0], call.values[0], seen, failing.error as Invocation]) {
        expect([arrival?.args, arrival?.kwargs]).toEqual([[], {}]);
      }
      expect(wire.rest().at(-1)).toEqual([70, 1, {}]);
    });
  }

  it('kwargs without args are sent behind an empty list; what is empty is not sent', () => {
    const { wamp, wire } = registered(() => result([], { a: 1 }));
    wamp.publish('com.app.topic', [], { a: 1 });
    wamp.publish('com.app.topic', [], {});
    record(wamp.call('com.app.f', undefined, { a: 1 }));
    wire.send([68, 1, 88, {}]);
    expect(wire.rest()).toEqual([
      [16, 2, {}, 'com.app.topic', [], { a: 1 }],
      [16, 3, {}, 'com.app.topic'],
      [48, 4, {}, 'com.app.f', [], { a: 1 }],
      [70, 1, {}, [], { a: 1 }],
    ]);
  });

  it('a binary in the place of the list is one positional value', () => {
    const { wire, events } = subscribed({ serializer: cbor() });
    wire.send([36, 77, 5, { enc_algo: 'cryptobox' }, Uint8Array.of(1, 2)]);
    expect(events.values[0]?.args).toEqual([Uint8Array.of(1, 2)]);
    expect(events.values[0]?.details.encAlgo).toBe('cryptobox');
  });
});

describe('race 37: large ids', () => {
  for (const serializer of [json(), cbor(), msgpack()]) {
    for (const id of [2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 2 ** 53]) {
      it(`${id} is an id like any over ${serializer.id}`, async () => {
        const { wamp, wire } = joined({ serializer });
        const events = record(wamp.subscribe('com.app.topic'));
        const registration = record(wamp.register('com.app.f', () => 'x'));
        wire.rest();
        wire.send([33, 1, id], [36, id, id, { publisher: id }], [65, 2, id], [68, id, id, {}]);
        expect(events.values[0]?.details.toJSON()).toEqual({
          subscription: id,
          publication: id,
          publisher: id,
          topic: 'com.app.topic',
        });
        expect(wire.take(70)).toEqual([70, id, {}, ['x']]);
        events.stop();
        registration.stop();
        await turn();
        expect(wire.rest()).toEqual([
          [66, 3, id],
          [34, 4, id],
        ]);
      });
    }
  }
});

describe('race 38: dictionaries that lack, exceed or err', () => {
  for (const welcome of [
    {},
    { roles: {} },
    { roles: { dealer: {}, broker: {} } },
    { roles: { dealer: { features: {} } } },
  ]) {
    it(`WELCOME ${JSON.stringify(welcome)} announces nothing`, () => {
      const { wamp, wire, session } = joined({ welcome });
      expect(session.supports('dealer', 'call_canceling')).toBeFalse();
      record(wamp.call('com.app.f', [], {}, { timeout: 5000 })).stop();
      expect(wire.rest()).toEqual([[48, 1, {}, 'com.app.f']]);
    });
  }

  it('unknown keys are let through, and stay reachable', () => {
    const client = subscribed({ welcome: { roles: {}, unknown_key: 1, x_cb_node: 'n1' } });
    expect(client.session.details).toEqual(jasmine.objectContaining({ unknownKey: 1, x_cb_node: 'n1' }));
    client.wire.send([36, 77, 5, { unknown_key: [1], x_own: 2 }]);
    expect(client.events.values[0]?.details.extra).toEqual({ unknownKey: [1], x_own: 2 });
    expectCalm(client);
  });

  it('an attribute of the wrong type is as if it were absent', () => {
    const client = subscribed({ welcome: { roles: 1, authid: 7, authrole: null, authmethod: 'ticket' } });
    const { details } = client.session;
    expect([details.authid, details.authrole, details.authmethod]).toEqual([undefined, undefined, 'ticket']);
    client.wire.send([36, 77, 5, { retained: 1, publisher: 'x', topic: 3, trustlevel: 2, forward_for: [7] }]);
    const event = client.events.values[0];
    expect([event?.details.retained, event?.details.publisher, event?.details.forwardFor]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([event?.details.topic, event?.details.trustlevel]).toEqual(['com.app.topic', 2]);
    expect(event?.details.toJSON()).toEqual({
      subscription: 77,
      publication: 5,
      topic: 'com.app.topic',
      trustlevel: 2,
    });
    expectCalm(client);
  });

  for (const nothing of [null, []]) {
    it(`${JSON.stringify(nothing)} stands for an empty dictionary`, () => {
      const client = subscribed();
      client.wire.send([36, 77, 5, nothing, ['a'], nothing], [36, 77, 6, nothing, null, nothing]);
      expect(client.events.values.map(({ args, kwargs }) => [args, kwargs])).toEqual([
        [['a'], {}],
        [[], {}],
      ]);
      expectCalm(client);
    });
  }

  it('a list and a dictionary stand for each other in a payload: some peers have one kind of array for both', () => {
    const client = subscribed();
    client.wire.send([36, 77, 5, {}, { 0: 'a', 2: 'b' }], [36, 77, 6, {}, {}, ['a', 'b']]);
    expect(client.events.values.map(({ args, kwargs }) => [args, kwargs])).toEqual([
      [['a', 'b'], {}],
      [[], { 0: 'a', 1: 'b' }],
    ]);
    expectCalm(client);
  });

  it('anything else in the place of a dictionary is a violation', () => {
    for (const wrong of [1, 'x', true, ['x']]) {
      const client = subscribed();
      client.wire.send([36, 77, 5, wrong]);
      expectViolation(client, /EVENT.details: expected an object/);
    }
  });
});

describe('race 39: challenges', () => {
  const secret = new Subject<{ signature: string }>();
  const method = { method: 'ticket', hello: () => ({}), challenge: () => secret };

  it('CHALLENGE for a method that was not offered aborts', () => {
    const { wamp, wire } = dialled({ auth: [method] });
    expect(wire.take(1)[2]['authmethods']).toEqual(['ticket']);
    wire.send([4, 'wampcra', { challenge: '{}' }]);
    const [, details, reason] = wire.take(3);
    expect(details['message']).toMatch(/wampcra/);
    expect(reason).toBe('wamp.error.cannot_authenticate');
    expect(wire.closed).toBe(1000);
    expect(wamp.status.state).not.toBe('joined');
  });

  it('an answer that is found after close() is not sent', async () => {
    const { wamp, wire } = dialled({ auth: [method] });
    wire.take(1);
    wire.send([4, 'ticket', {}]);
    expect(secret.observed).toBeTrue();
    const closed = wamp.close();
    expect(secret.observed).toBeFalse();
    secret.next({ signature: 'late' });
    await closed;
    expect(wire.rest().filter(([code]) => code === 5)).toEqual([]);
  });

  it('the challenge reaches the authenticator as it came', async () => {
    const text = '{ "nonce":"x",  "authid" : "joe" }';
    const seen: unknown[] = [];
    const { wire } = dialled({
      auth: [
        {
          ...method,
          challenge: (...all: readonly unknown[]) => {
            seen.push(...all.slice(0, 3));
            return Promise.resolve({ signature: 'done' });
          },
        },
      ],
    });
    wire.take(1);
    wire.send([4, 'ticket', { challenge: text }]);
    await firstValueFrom(of(0));
    await turn();
    expect(seen).toEqual(['ticket', { challenge: text }, 1]);
    expect(wire.take(5)).toEqual([5, 'done', {}]);
  });
});
