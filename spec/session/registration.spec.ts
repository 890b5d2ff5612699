import { repeat, take } from 'rxjs';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Handler } from '../../src/session/events.ts';
import { record } from '../../src/testing/record.ts';
import { joined, turn } from '../helpers/wire.ts';

const URI = 'com.app.f';

function registered(handler: Handler = () => 1) {
  const client = joined();
  const registration = record(client.wamp.register(URI, handler));
  client.wire.take(64);
  client.wire.send([65, 1, 88]);
  return { ...client, registration };
}

describe('register', () => {
  it('is cold, and says what the router confirmed', async () => {
    const { wamp, wire, session } = joined();
    const registration$ = wamp.register('com.app.', () => 1, { match: 'prefix' });
    await turn();
    expect(wire.rest()).toEqual([]);
    const registration = record(registration$);
    expect(wire.take(64)).toEqual([64, 1, { match: 'prefix' }, 'com.app.']);
    expect(registration.values).toEqual([]);
    wire.send([65, 1, 88]);
    expect(registration.values).toEqual([{ id: 88, procedure: 'com.app.', match: 'prefix', session, again: false }]);
    expect(registration.ended).toBeFalse();
  });

  it('serves an INVOCATION directly behind REGISTERED', () => {
    const { wamp, wire } = joined();
    record(wamp.register(URI, () => 'x'));
    wire.take(64);
    wire.send([65, 1, 88], [68, 1, 88, {}]);
    expect(wire.take(70)).toEqual([70, 1, {}, ['x']]);
  });

  it('errors when the router refuses, and may be tried again', () => {
    const { wamp, wire } = joined();
    const registration$ = wamp.register(URI, () => 1);
    const refused = record(registration$);
    wire.take(64);
    wire.send([8, 64, 1, {}, 'wamp.error.procedure_already_exists', ['taken']]);
    expect(refused.error).toEqual(
      jasmine.objectContaining({
        name: 'ApplicationError',
        uri: 'wamp.error.procedure_already_exists',
        args: ['taken'],
        procedure: URI,
      }),
    );
    const again = record(registration$);
    wire.take(64);
    wire.send([65, 2, 88]);
    expect(again.values.length).toBe(1);
  });

  it('errors when the router withdraws it, with a reason of our own where it gives none', () => {
    const { wire, registration } = registered();
    wire.send([67, 0, { registration: 88 }]);
    expect(registration.error).toEqual(
      jasmine.objectContaining({ uri: 'wamp.error.no_such_registration', procedure: URI }),
    );
    wire.send([68, 1, 88, {}]);
    expect(wire.take(8)[4]).toBe('wamp.error.no_such_registration');
  });

  it('one URI may be registered once for each match', () => {
    const { wamp, wire } = registered(() => 'exact');
    const prefix = record(wamp.register(URI, () => 'prefix', { match: 'prefix' }));
    expect(wire.take(64)).toEqual([64, 2, { match: 'prefix' }, URI]);
    wire.send([65, 2, 89], [68, 1, 89, { procedure: 'com.app.foo' }], [68, 2, 88, {}]);
    expect(prefix.error).toBeUndefined();
    expect(wire.rest()).toEqual([
      [70, 1, {}, ['prefix']],
      [70, 2, {}, ['exact']],
    ]);
  });

  it('exact is the same as no match: a second one is refused', () => {
    const { wamp } = registered();
    expect(record(wamp.register(URI, () => 1, { match: 'exact' })).error).toEqual(
      jasmine.objectContaining({ name: 'InvalidStateError' }),
    );
  });
});

describe('unregistering', () => {
  it('sends UNREGISTER at once, once', async () => {
    const { wire, registration } = registered();
    registration.stop();
    expect(wire.rest()).toEqual([[66, 2, 88]]);
    await turn();
    wire.send([67, 2]);
    await turn();
    expect(wire.rest()).toEqual([]);
  });

  it('while REGISTER is under way waits for its answer; a refusal leaves nothing to do', () => {
    const { wamp, wire } = joined();
    record(wamp.register(URI, () => 1)).stop();
    wire.take(64);
    wire.send([8, 64, 1, {}, 'wamp.error.not_authorized']);
    expect(wire.rest()).toEqual([]);
    record(wamp.register(URI, () => 1));
    expect(wire.take(64)).toEqual([64, 2, {}, URI]);
  });

  it('and registering again while REGISTER is under way waits for UNREGISTERED', () => {
    const { wamp, wire } = joined();
    record(wamp.register(URI, () => 'old')).stop();
    wire.take(64);
    const next = record(wamp.register(URI, () => 'new'));
    expect(wire.rest()).toEqual([]);
    wire.send([65, 1, 88]);
    expect(wire.take(66)).toEqual([66, 2, 88]);
    expect(wire.rest()).toEqual([]);
    wire.send([67, 2]);
    expect(wire.take(64)).toEqual([64, 3, {}, URI]);
    wire.send([65, 3, 89], [68, 1, 89, {}]);
    expect(wire.take(70)).toEqual([70, 1, {}, ['new']]);
    expect(next.values.map(({ id }) => id)).toEqual([89]);
  });

  it('a second one that waits is refused: there is one place behind a predecessor', () => {
    const { wamp, registration } = registered();
    registration.stop();
    const waiting = record(wamp.register(URI, () => 1));
    const third = record(wamp.register(URI, () => 2));
    expect(waiting.ended).toBeFalse();
    expect(third.error).toEqual(jasmine.objectContaining({ name: 'InvalidStateError' }));
  });

  it('with take(1) and repeat waits each time', () => {
    const { wamp, wire } = joined();
    const all = record(wamp.register(URI, () => 1).pipe(take(1), repeat(2)));
    expect(wire.take(64)).toEqual([64, 1, {}, URI]);
    wire.send([65, 1, 88]);
    expect(wire.take(66)).toEqual([66, 2, 88]);
    wire.send([67, 2]);
    expect(wire.take(64)).toEqual([64, 3, {}, URI]);
    wire.send([65, 3, 89]);
    expect(all.values.map(({ id, again }) => [id, again])).toEqual([
      [88, false],
      [89, false],
    ]);
    expect(wire.take(66)).toEqual([66, 4, 89]);
  });

  it('those who wait end with the client', async () => {
    const { wamp, registration } = registered();
    registration.stop();
    const waiting = record(wamp.register(URI, () => 1));
    void wamp.close();
    await turn();
    expect(waiting.completed).toBeTrue();
  });

  it('of a session that waits for its predecessor to be unregistered ends with the session', () => {
    const { wamp, session, wire } = joined();
    const first = record(wamp.register(URI, () => 1));
    wire.send([65, 1, 77]);
    first.stop();
    const bound = record(session.register(URI, () => 2));
    wire.hangUp();
    expect(bound.error).toBeInstanceOf(ConnectionLostError);
  });
});
