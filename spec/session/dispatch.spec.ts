import { NEVER } from 'rxjs';
import { AbortError, GoodbyeError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/record.ts';
import { virtually } from '../helpers/virtual.ts';
import { joined } from '../helpers/wire.ts';

/** A client with a stream, a call, an acknowledged publication and an invocation under way. */
function busy() {
  const client = joined();
  const { wamp, session, wire } = client;
  let signal: AbortSignal | undefined;
  const stream = record(session.subscribe('com.app.topic'));
  record(
    wamp.register('com.app.f', (invocation) => {
      ({ signal } = invocation);
      return NEVER;
    }),
  );
  const call = record(wamp.call('com.app.g'));
  const report = record(wamp.publish('com.app.topic', [], {}, { acknowledge: true }));
  wire.send([33, 1, 77], [65, 2, 88], [68, 1, 88, {}]);
  wire.rest();
  return { ...client, stream, call, report, aborted: () => signal?.aborted };
}

describe('GOODBYE of the router', () => {
  it('is answered once, and ends all that is under way with its reason', () => {
    const { wire, session, stream, call, report, aborted } = busy();
    wire.send([6, { message: 'text' }, 'wamp.close.killed'], [36, 77, 5, {}], [6, {}, 'wamp.close.killed']);
    expect(wire.rest()).toEqual([[6, {}, 'wamp.close.goodbye_and_out']]);
    expect(wire.closed).toBe(1000);
    expect(session.open).toBeFalse();
    expect(stream.values).toEqual([]);
    expect(aborted()).toBeTrue();
    expect(stream.error).toBeInstanceOf(GoodbyeError);
    for (const { error } of [call, report]) expect(error).toBeInstanceOf(Error);
    expect(stream.error).toEqual(
      jasmine.objectContaining({ reason: 'wamp.close.killed', details: { message: 'text' } }),
    );
  });
});

describe('ABORT of the router', () => {
  it('ends all that is under way with its reason; nothing is said', () => {
    const { wire, session, stream, call, report, aborted } = busy();
    wire.send([3, { message: 'text' }, 'wamp.error.protocol_violation'], [36, 77, 5, {}]);
    expect(wire.rest()).toEqual([]);
    expect(wire.closed).toBe(1000);
    expect([session.open, aborted(), stream.values]).toEqual([false, true, []]);
    expect(stream.error).toBeInstanceOf(AbortError);
    for (const { error } of [call, report]) expect(error).toBeInstanceOf(Error);
  });
});

describe('after our own GOODBYE', () => {
  it('everything but GOODBYE and ABORT is ignored', () => {
    const { wire, session, stream } = busy();
    session.leave();
    expect(wire.take(6)).toEqual([6, {}, 'wamp.close.normal']);
    wire.send([36, 77, 5, {}], [68, 2, 88, {}], [50, 3, {}], [2, 5, {}], [65, 99, 1], [69, 1, {}]);
    expect([wire.rest(), wire.closed, stream.values]).toEqual([[], undefined, []]);
    wire.send([6, {}, 'whatever.the.router.says']);
    expect([wire.rest(), wire.closed]).toEqual([[], 1000]);
  });

  it('ABORT ends it, too', () => {
    const { wire, session } = busy();
    session.leave();
    wire.take(6);
    wire.send([3, {}, 'com.app.bad']);
    expect([wire.rest(), wire.closed]).toEqual([[], 1000]);
  });

  it('a router that does not answer is left after closeTimeout', () => {
    virtually((at) => {
      const { wamp, wire } = joined({ closeTimeout: 500 });
      let closed = false;
      void wamp.close().then(() => (closed = true));
      wire.take(6);
      at(499, () => expect(wire.closed).toBeUndefined());
      at(501, () => expect(wire.closed).toBeDefined());
      expect(closed).toBeFalse();
    });
  });

  it('handlers are aborted and answer no more', () => {
    const { wire, session, aborted } = busy();
    session.leave();
    expect(aborted()).toBeTrue();
    expect(wire.rest().map(([code]) => code)).toEqual([6]);
  });
});

describe('messages$', () => {
  it('shows what passes, both ways, in order', () => {
    const { wamp, wire } = joined();
    const seen = record(wamp.messages$);
    record(wamp.call('com.app.f'));
    wire.send([50, 1, {}, [1]]);
    expect(seen.values.map(({ direction, message }) => [direction, message])).toEqual([
      ['out', [48, 1, {}, 'com.app.f']],
      ['in', [50, 1, {}, [1]]],
    ]);
  });
});

describe('request ids', () => {
  it('are one sequence for all six kinds of request; answers and cancels take none', async () => {
    const { wamp, wire } = joined();
    const topic = wamp.subscribe('com.app.topic').subscribe();
    const procedure = wamp.register('com.app.f', () => 1).subscribe();
    wamp.publish('com.app.topic');
    wamp.call('com.app.g').subscribe().unsubscribe();
    wire.send([33, 1, 77], [65, 2, 88], [68, 1, 88, {}]);
    procedure.unsubscribe();
    topic.unsubscribe();
    await Promise.resolve();
    await Promise.resolve();
    wamp.publish('com.app.topic');
    expect(wire.rest().map(([code, id]) => [code, id])).toEqual([
      [32, 1],
      [64, 2],
      [16, 3],
      [48, 4],
      [49, 4],
      [70, 1],
      [66, 5],
      [34, 6],
      [16, 7],
    ]);
  });
});
