import { sessionIdentOf, type SessionIdent } from '../../src/session/disclosed-identity.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';

const FORWARDED = [
  { session: 1, authid: 'first', authrole: 'user' },
  { session: 2, authid: 'router', authrole: 'trusted' },
];

describe('sessionIdentOf()', () => {
  it('tells the publisher of an event, the first of those that forwarded it before all', () => {
    const { wamp, wire } = joined();
    const events = record(wamp.subscribe('com.app.t'));
    wire.send(
      [33, 1, 77],
      [36, 77, 5, { publisher: 9, publisher_authid: 'joe', publisher_authrole: 'user' }],
      [36, 77, 6, { publisher: 9 }],
      [36, 77, 7, { publisher: 9, forward_for: FORWARDED }],
      [36, 77, 8, {}],
    );

    expect(events.values.map(({ details }) => sessionIdentOf(details))).toEqual([
      { session: 9, authid: 'joe', authrole: 'user' },
      { session: 9 },
      { session: 1, authid: 'first', authrole: 'user' },
      undefined,
    ]);
  });

  it('tells the caller of an invocation', () => {
    const { wamp, wire } = joined();
    const idents: (SessionIdent | undefined)[] = [];
    record(wamp.register('com.app.f', ({ details }) => void idents.push(sessionIdentOf(details))));
    wire.send([65, 1, 7], [68, 1, 7, { caller: 4, caller_authid: 'ann' }], [68, 2, 7, { forward_for: FORWARDED }]);

    expect(idents).toEqual([{ session: 4, authid: 'ann' }, FORWARDED[0] as SessionIdent]);
  });

  it('tells the callee behind a result', () => {
    const { wamp, wire } = joined();
    const call = record(wamp.call('com.app.f'));
    wire.send([50, 1, { callee: 3, callee_authid: 'bob', callee_authrole: 'service' }]);

    expect(call.values.map(({ details }) => sessionIdentOf(details))).toEqual([
      { session: 3, authid: 'bob', authrole: 'service' },
    ]);
  });
});
