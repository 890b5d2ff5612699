import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/record.ts';
import { values } from '../helpers/live.ts';
import { joined, turn } from '../helpers/wire.ts';

describe('a session', () => {
  it('knows who joined what, and how', () => {
    const { session } = joined({
      welcome: {
        roles: { dealer: { features: { call_canceling: true } } },
        realm: 'com.app.real',
        authid: 'joe',
        authrole: 'user',
        authmethod: 'ticket',
        authprovider: 'static',
        authextra: { a: 1 },
        agent: 'router/1',
        x_cb_node: 'n1',
      },
    });
    expect(session.id).toBe(9129137332);
    expect(session.realm).toBe('com.app.real');
    expect(session.open).toBeTrue();
    expect(session.supports('dealer', 'call_canceling')).toBeTrue();
    expect(session.supports('broker', 'call_canceling')).toBeFalse();
    expect(session.details).toEqual({
      session: 9129137332,
      realm: 'com.app.real',
      authid: 'joe',
      authrole: 'user',
      authmethod: 'ticket',
      authprovider: 'static',
      authextra: { a: 1 },
      agent: 'router/1',
      roles: { dealer: { features: { call_canceling: true } } },
      x_cb_node: 'n1',
      serializer: 'json',
      transport: { type: 'memory', serializer: 'json', subprotocol: 'wamp.2.json' },
    });
  });

  it('has the realm that was asked for where the router names none', () => {
    const { session } = joined({ welcome: {} });
    expect([session.realm, session.details.roles]).toEqual(['realm1', {}]);
  });

  it('has the realm that the router assigns where none was asked for; none where it does not tell', () => {
    const realms = [{ realm: 'com.app.assigned' }, { realm: null }, {}].map(
      (welcome) => joined({ realm: null, welcome }).session.details.realm,
    );
    expect(realms).toEqual(['com.app.assigned', '', '']);
  });

  it('tells of resumption what WELCOME does, and never asks for it', () => {
    const { session, wire } = joined({ welcome: { resumed: false, resumable: true, resume_token: 't' } });
    const { resumed, resumable, resumeToken } = session.details;
    expect([resumed, resumable, resumeToken]).toEqual([false, true, 't']);
    expect(Object.keys(wire.log[0]?.[2] as object).sort()).toEqual(['agent', 'roles']);
  });

  it('differs from a router’s own fields of the same name', () => {
    const { session } = joined({ welcome: { session: 5, serializer: 'x', transport: 'y' } });
    expect([session.details.session, session.details.serializer]).toEqual([9129137332, 'json']);
    expect(session.details.transport.type).toBe('memory');
  });

  it('has the four verbs', () => {
    const { session, wire } = joined();
    const events = record(session.subscribe('com.app.topic'));
    const registration = record(session.register('com.app.f', () => 'x'));
    const call = record(session.call('com.app.g', [1]));
    const report = record(session.publish('com.app.topic', [2], {}, { acknowledge: true }));
    expect(wire.rest()).toEqual([
      [32, 1, {}, 'com.app.topic'],
      [64, 2, {}, 'com.app.f'],
      [48, 3, {}, 'com.app.g', [1]],
      [16, 4, { acknowledge: true }, 'com.app.topic', [2]],
    ]);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['e']], [65, 2, 88], [50, 3, {}, ['r']], [17, 4, 6], [68, 1, 88, {}]);
    expect([values(events), values(call), report.values]).toEqual([
      ['e'],
      ['r'],
      [{ acknowledged: true, publication: 6 }],
    ]);
    expect(registration.values.map(({ id }) => id)).toEqual([88]);
    expect(wire.take(70)).toEqual([70, 1, {}, ['x']]);
  });

  it('checks what its verbs are given', () => {
    const { session, wire } = joined();
    expect(() => session.subscribe('a b')).toThrowError(/topic/);
    expect(() => session.call('com.app.f', [], {}, { progress: 1 } as never)).toThrowError(TypeError);
    expect(() => session.publish('com.app.t', 'x' as unknown as [])).toThrowError(TypeError);
    expect(() => session.register('com.app.f', 1 as unknown as () => void)).toThrowError(TypeError);
    expect(wire.rest()).toEqual([]);
  });

  it('shares one subscription with its client', async () => {
    const { session, wamp, wire } = joined();
    const [own, shared] = [record(session.subscribe('com.app.topic')), record(wamp.subscribe('com.app.topic'))];
    wire.take(32);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['x']]);
    own.stop();
    await turn();
    wire.send([36, 77, 6, {}, ['y']]);
    expect([values(own), values(shared), wire.rest()]).toEqual([['x'], ['x', 'y'], []]);
  });

  it('has one registration of a procedure with its client', () => {
    const { session, wamp } = joined();
    record(session.register('com.app.f', () => 1));
    expect(record(wamp.register('com.app.f', () => 2)).error).toEqual(
      jasmine.objectContaining({ name: 'InvalidStateError' }),
    );
  });
});

describe('a session that is left', () => {
  it('says GOODBYE, sends nothing more, and takes nothing in', () => {
    const { session, wire } = joined();
    const events = record(session.subscribe('com.app.topic'));
    wire.take(32);
    wire.send([33, 1, 77]);
    session.leave('com.app.reason', 'text');
    session.leave();
    expect(session.open).toBeFalse();
    expect(wire.rest()).toEqual([[6, { message: 'text' }, 'com.app.reason']]);
    wire.send([36, 77, 5, {}, ['late']]);
    expect(events.values).toEqual([]);
    events.stop();
    expect(wire.rest()).toEqual([]);
  });

  it('completes its own streams, and fails its calls, once the router has answered', () => {
    const { session, wire } = joined();
    const events = record(session.subscribe('com.app.topic'));
    const registration = record(session.register('com.app.f', () => 1));
    const call = record(session.call('com.app.g'));
    wire.rest();
    wire.send([33, 1, 77], [65, 2, 88]);
    session.leave();
    expect(call.error).toEqual(jasmine.objectContaining({ name: 'ClosedError' }));
    wire.send([6, {}, 'wamp.close.goodbye_and_out']);
    expect([events.completed, registration.completed]).toEqual([true, true]);
    expect(wire.closed).toBe(1000);
  });
});

describe('a session that is lost', () => {
  it('errors its own streams; those of the client go on', () => {
    const { session, wamp, wire } = joined();
    const own = [record(session.subscribe('com.app.a')), record(session.register('com.app.f', () => 1))];
    const shared = [record(wamp.subscribe('com.app.a')), record(wamp.register('com.app.g', () => 1))];
    wire.rest();
    wire.send([33, 1, 77], [65, 2, 88], [65, 3, 89]);
    wire.hangUp(1006);
    for (const { error } of own) expect(error).toBeInstanceOf(ConnectionLostError);
    for (const stream of shared) expect(stream.ended).toBeFalse();
  });

  it('refuses what comes too late, at the end of the turn', async () => {
    const { session, wire } = joined();
    wire.hangUp(1006);
    expect(session.open).toBeFalse();
    const late = [
      record(session.subscribe('com.app.a')),
      record(session.register('com.app.f', () => 1)),
      record(session.call('com.app.f')),
    ];
    expect(late.map(({ ended }) => ended)).toEqual([false, false, false]);
    await turn();
    for (const { error } of late) expect(error).toBeInstanceOf(ConnectionLostError);
    const report = record(session.publish('com.app.t'));
    await turn();
    expect(report.error).toBeInstanceOf(ConnectionLostError);
    expect(wire.rest()).toEqual([]);
  });
});
