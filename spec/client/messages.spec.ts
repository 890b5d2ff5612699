import { MessageTap } from '../../src/client/messages.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { record } from '../../src/testing/index.ts';

const through = (message: Message): Message | undefined => {
  const tap = new MessageTap();
  const seen = record(tap);
  tap.message('out', message);
  return seen.values[0]?.message;
};

describe('MessageTap', () => {
  it('hands messages on as they are, with direction and time', () => {
    const tap = new MessageTap();
    const seen = record(tap);
    const message: Message = [36, 1, 2, {}, ['x']];
    const before = Date.now();
    tap.message('in', message);
    expect(seen.values[0]?.message).toBe(message);
    expect(seen.values[0]?.direction).toBe('in');
    expect(seen.values[0]?.time).toBeGreaterThanOrEqual(before);
  });

  it('knows whether anybody looks', () => {
    const tap = new MessageTap();
    expect(tap.observed).toBeFalse();
    const seen = record(tap);
    expect(tap.observed).toBeTrue();
    seen.stop();
    expect(tap.observed).toBeFalse();
  });

  it('masks the signature of AUTHENTICATE and all that comes with it', () => {
    const message: Message = [5, 'secret', { nonce: 'secret' }];
    expect(through(message)).toEqual([5, '***', {}]);
    // what is sent stays what it is
    expect(message).toEqual([5, 'secret', { nonce: 'secret' }]);
  });

  it('masks the values of authextra in HELLO, and shows the rest', () => {
    const details = { roles: {}, authid: 'joe', authextra: { pubkey: 'secret', pin: 4711 } };
    expect(through([1, 'realm1', details])).toEqual([
      1,
      'realm1',
      { roles: {}, authid: 'joe', authextra: { pubkey: '***', pin: '***' } },
    ]);
    expect(details.authextra.pin).toBe(4711);
    expect(through([1, 'realm1', { roles: {} }])).toEqual([1, 'realm1', { roles: {} }]);
  });

  it('masks what the router proves itself with, which would help to guess the password', () => {
    const details = { roles: {}, authextra: { verifier: 'secret', scram_server_signature: 'secret' } };
    expect(through([2, 1, details])).toEqual([
      2,
      1,
      { roles: {}, authextra: { verifier: '***', scram_server_signature: '***' } },
    ]);
    expect(details.authextra.verifier).toBe('secret');
    expect(through([2, 1, { roles: {} }])).toEqual([2, 1, { roles: {} }]);
  });
});
