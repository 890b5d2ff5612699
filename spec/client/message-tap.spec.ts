import { MessageTap } from '../../src/client/message-tap.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { record } from '../../src/testing/index.ts';
import { joined } from '../helpers/wire.ts';

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

describe('tags for tracing', () => {
  it('appear on messages$ of what is sent, and nowhere else', () => {
    const { wamp, wire } = joined();
    const seen = record(wamp.messages$);
    const tags = {
      correlationId: 7,
      correlationUri: 'com.app.cause',
      correlationIsAnchor: true,
      correlationIsLast: false,
    };
    wamp.subscribe('com.app.t', { ...tags, getRetained: true }).subscribe();
    wamp.register('com.app.f', () => 1, tags).subscribe();
    wamp.publish('com.app.t', [], {}, tags);
    wamp.call('com.app.f', [], {}, { ...tags, progress: true }).subscribe();
    wamp.call('com.app.f').subscribe();
    wire.send([50, 4, {}], [50, 5, {}]);

    expect(seen.values.map(({ message, options }) => [message[0], options?.correlationId])).toEqual([
      ...[32, 64, 16, 48].map((code) => [code, 7]),
      [48, undefined],
      [50, undefined],
      [50, undefined],
    ]);
    expect(wire.rest()).toEqual([
      [32, 1, { get_retained: true }, 'com.app.t'],
      [64, 2, {}, 'com.app.f'],
      [16, 3, {}, 'com.app.t'],
      [48, 4, { receive_progress: true }, 'com.app.f'],
      [48, 5, {}, 'com.app.f'],
    ]);
  });

  it('are sent by no serializer', () => {
    for (const serializer of [json(), cbor(), msgpack(), batched(json())]) {
      const { wamp, wire } = joined({ serializer });
      wamp.publish('com.app.t', [], {}, { correlationId: 'x' });
      expect(wire.rest()).toEqual([[16, 1, {}, 'com.app.t']]);
    }
  });

  it('may differ between observers of one topic', () => {
    const { wamp } = joined();
    const observers = [1, 2].map((correlationId) => record(wamp.subscribe('com.app.t', { correlationId })));
    expect(observers.map(({ error }) => error)).toEqual([undefined, undefined]);
  });
});
