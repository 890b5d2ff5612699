// What goes over the wire and what is made of what comes, message by message; the router is the spec itself.
import { of, Subject } from 'rxjs';
import type { DecodedPayload, EncodedPayload, PayloadCodec } from '../../src/payload/codec.ts';
import { Key, KeyRing } from '../../src/payload/keyring.ts';
import { passthru, type PassthruConfig } from '../../src/payload/passthru.ts';
import { payloadCodec } from '../../src/payload/serialized.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import { json } from '../../src/serializers/json.ts';
import { result } from '../../src/session/invocation.ts';
import type { Handler } from '../../src/session/events.ts';
import { record } from '../../src/testing/record.ts';
import { dialled, FEATURES, joined, roles, turn, type JoinedClient, type JoinedOptions } from '../helpers/wire.ts';
import { ALICE, BOB, EVENT_FRAMES, FRAMES, fromHex } from './vectors.ts';

const withFeatures = (more: string): Record<string, string> => ({
  broker: `${FEATURES.broker} ${more}`,
  dealer: `${FEATURES.dealer} ${more}`,
});
const PPT = withFeatures('payload_passthru_mode');
const ENC = withFeatures('payload_transparency payload_encryption_cryptobox');

const own = payloadCodec({ serializers: [json()] });
const ring = new KeyRing();
ring.setKey('com.myapp.', new Key({ originatorPriv: ALICE.priv, responderPriv: BOB.priv }));

type Options = Partial<PassthruConfig> & { readonly client?: JoinedOptions };

const connected = ({ client, ...config }: Options = {}): JoinedClient =>
  joined({ features: PPT, interceptors: [passthru({ codecs: [own, ring], ...config })], ...client });

const ASKED = { pptScheme: 'x_a', pptSerializer: 'json' };
const MARK = { ppt_scheme: 'x_a', ppt_serializer: 'json' };
const bytes = (contents: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(contents));
const contents = (message: Message | undefined, at: number): unknown => {
  const [payload] = message?.[at] as [Uint8Array];
  return JSON.parse(new TextDecoder().decode(payload));
};
const packed = (args: readonly unknown[] = [], kwargs: Dict = {}): [Uint8Array] => [bytes({ args, kwargs })];

/** Registers a procedure and confirms it; its registration is 20. */
const provide = ({ wamp, wire }: JoinedClient, procedure: string, handler: Handler): void => {
  wamp.register(procedure, handler).subscribe();
  const [, request] = wire.take(64);
  wire.send([65, request, 20]);
};

describe('passthru(): HELLO', () => {
  const helloOf = (codecs: readonly PayloadCodec[]): Dict => {
    const { wamp, wire } = dialled({ interceptors: [passthru({ codecs })] });
    const [, , details] = wire.take(1);
    void wamp.close();
    return details['roles'] as Dict;
  };

  it('announces the feature for all four roles, beside what the client announces anyway', () => {
    const announced = helloOf([payloadCodec({ serializers: [json()], schemes: ['x_a'] })]);
    for (const role of ['caller', 'callee', 'publisher', 'subscriber']) {
      const { features } = announced[role] as { features: Dict };
      expect(features['payload_passthru_mode']).withContext(role).toBeTrue();
      expect(features['payload_transparency']).withContext(role).toBeTrue();
      expect(features['payload_encryption_cryptobox']).withContext(role).toBeUndefined();
    }
    expect((announced['callee'] as { features: Dict }).features['call_canceling']).toBeTrue();
  });

  it('announces encryption where a codec has it', () => {
    const { features } = helloOf([ring])['callee'] as { features: Dict };
    expect(features['payload_encryption_cryptobox']).toBeTrue();
  });

  it('announces nothing of it for clients without it', () => {
    const { wamp, wire } = dialled();
    helloOf([ring]);
    expect(JSON.stringify(wire.take(1))).not.toContain('payload_');
    void wamp.close();
  });
});

describe('passthru(): what is sent', () => {
  it('PUBLISH and CALL with one binary and the attributes, other options as they are', () => {
    const { wamp, wire } = connected();
    wamp.publish('com.t', [1], { a: 2 }, { ...ASKED, excludeMe: false, pptKeyid: 'k' });
    const published = wire.take(16);
    expect(published.slice(0, 4)).toEqual([16, 1, { ...MARK, exclude_me: false, ppt_keyid: 'k' }, 'com.t']);
    expect(published.length).toBe(5);
    expect(contents(published, 4)).toEqual({ args: [1], kwargs: { a: 2 } });
    wamp.call('com.p', [3], {}, { ...ASKED, progress: true }).subscribe();
    const called = wire.take(48);
    expect(called.slice(0, 4)).toEqual([48, 2, { ...MARK, receive_progress: true }, 'com.p']);
    expect(contents(called, 4)).toEqual({ args: [3], kwargs: {} });
  });

  it('a payload without attributes that no codec claims is sent as without passthru()', () => {
    const { wamp, wire } = connected();
    wamp.publish('com.t', [1], { a: 2 });
    expect(wire.take(16)).toEqual([16, 1, {}, 'com.t', [1], { a: 2 }]);
  });

  it('what a codec claims by its URI, but nothing below wamp., where the router is the other end', () => {
    const claiming: PayloadCodec = {
      encode: (_, uri, args) => ({ scheme: 'x_all', payload: bytes([uri, args]) }),
      decode: () => ({ args: [] }),
    };
    const { wamp, wire } = connected({ codecs: [claiming] });
    wamp.publish('com.t', [1]);
    expect(wire.take(16)).toEqual([16, 1, { ppt_scheme: 'x_all' }, 'com.t', [bytes(['com.t', [1]])]]);
    wamp.call('wamp.session.count').subscribe();
    expect(wire.take(48)).toEqual([48, 2, {}, 'wamp.session.count']);
  });

  it('native, and the bytes of foreign protocols, as they are', () => {
    const { wamp, wire } = connected();
    wamp.publish('com.t', [1], { a: 2 }, { pptScheme: 'x_a', pptSerializer: 'native' });
    expect(wire.take(16)).toEqual([16, 1, { ppt_scheme: 'x_a', ppt_serializer: 'native' }, 'com.t', [1], { a: 2 }]);
    wamp.publish('com.t', [Uint8Array.of(9)], {}, { pptScheme: 'mqtt', pptSerializer: 'mqtt' });
    expect(wire.take(16)).toEqual([16, 2, { ppt_scheme: 'mqtt', ppt_serializer: 'mqtt' }, 'com.t', [Uint8Array.of(9)]]);
  });

  it('further chunks of a progressive call as the first one, its end as it is', () => {
    const { wamp, wire } = connected();
    const lists = new Subject<unknown[]>();
    wamp.call('com.p', lists, {}, ASKED).subscribe();
    lists.next([1]);
    lists.next([2]);
    lists.complete();
    const [first, second, end] = wire.rest();
    expect([first?.[2], second?.[2], end]).toEqual([
      { ...MARK, progress: true },
      { ...MARK, progress: true },
      [48, 1, {}, 'com.p'],
    ]);
    expect([contents(first, 4), contents(second, 4)]).toEqual([
      { args: [1], kwargs: {} },
      { args: [2], kwargs: {} },
    ]);
  });

  it('a payload that cannot be packed fails that one operation, and leaves no gap in the request ids', () => {
    const { wamp, wire } = connected();
    const failed = record(wamp.call('com.p', [new Map()], {}, ASKED));
    const unknown = record(wamp.publish('com.t', [1], {}, { pptScheme: 'x_a', pptSerializer: 'flatbuffers' }));
    const unfit = record(wamp.publish('com.t', [1], {}, { pptScheme: 'mqtt' }));
    expect([failed, unknown, unfit].map(({ error }) => String(error))).toEqual([
      'SerializationError: args[0]: cannot send Map; convert it; see rxwamp/src/client/errors.md#cannot-send',
      'SerializationError: payloadCodec(): there is no serializer "flatbuffers": add it to serializers',
      jasmine.stringMatching(/no payload codec for scheme "mqtt"/),
    ]);
    expect(wire.rest()).toEqual([]);
    wamp.publish('com.t');
    expect(wire.take(16)[1]).toBe(1);
  });

  it('a call that the serializer of the session refuses is forgotten: its id goes to the next one', () => {
    const { wamp, wire } = connected();
    expect(String(record(wamp.call('com.p', [new Map()])).error)).toMatch(/SerializationError/);
    wamp.call('com.q', [1], {}, ASKED).subscribe();
    const sent = wire.take(48);
    expect([sent[1], contents(sent, 4)]).toEqual([1, { args: [1], kwargs: {} }]);
  });

  it('a scheme that no codec is for is refused here', () => {
    const { wamp, wire } = connected({ codecs: [payloadCodec({ serializers: [json()], schemes: ['x_b'] })] });
    const call = record(wamp.call('com.p', [1], {}, ASKED));
    expect(String(call.error)).toMatch(/^InvalidStateError: call\("com.p"\): no payload codec for scheme "x_a"/);
    expect(wire.rest()).toEqual([]);
  });

  it("in Autobahn's shape where that is chosen: the binary in the place of the list", () => {
    const { wamp, wire } = connected({ shape: 'enc', client: { features: ENC } });
    wamp.publish('com.t', [1], {}, { ...ASKED, pptKeyid: 'k' });
    const mark = { enc_algo: 'x_a', enc_serializer: 'json', enc_key: 'k' };
    expect(wire.take(16)).toEqual([16, 1, mark, 'com.t', bytes({ args: [1], kwargs: {} })]);
    wamp.call('com.myapp.add', [1]).subscribe();
    expect(wire.take(48)).toEqual([
      48,
      2,
      { enc_algo: 'cryptobox', enc_serializer: 'json' },
      'com.myapp.add',
      jasmine.any(Uint8Array),
    ]);
    wamp.publish('com.t', [Uint8Array.of(9)], {}, { pptScheme: 'mqtt', pptSerializer: 'mqtt' });
    expect(wire.take(16)).toEqual([16, 3, { enc_algo: 'mqtt' }, 'com.t', Uint8Array.of(9)]);
  });

  it("what Autobahn's shape has no word for is refused here", () => {
    const { wamp, wire } = connected({ shape: 'enc', client: { features: ENC } });
    const scheme = record(wamp.publish('com.t', [1], {}, { ...ASKED, pptScheme: 'wamp' }));
    expect(String(scheme.error)).toMatch(/^SerializationError: enc_algo must be one of/);
    const { wamp: other } = connected({
      shape: 'enc',
      client: { features: ENC },
      codecs: [{ encode: () => ({ scheme: 'x_a', cipher: 'aes256gcm', payload: bytes(1) }), decode: () => ({}) }],
    });
    expect(String(record(other.publish('com.t', [1])).error)).toMatch(/cannot say that the cipher is aes256gcm/);
    expect(wire.rest()).toEqual([]);
  });
});

describe('passthru(): a router that did not announce it', () => {
  const cases: readonly (readonly [what: string, Options, feature: string])[] = [
    ['ppt', { client: { features: ENC } }, 'payload_passthru_mode'],
    ['enc', { shape: 'enc', client: { features: PPT } }, 'payload_encryption_cryptobox'],
    ['auto', { shape: 'auto', client: { features: FEATURES } }, 'payload_passthru_mode'],
  ];
  for (const [what, options, feature] of cases) {
    it(`fails the operation here and names the feature (${what})`, () => {
      const { wamp, wire } = connected(options);
      const call = record(wamp.call('com.myapp.p', [1]));
      const publication = record(wamp.publish('com.myapp.t', [1]));
      for (const { error } of [call, publication]) {
        expect(String(error)).toMatch(
          new RegExp(`^InvalidStateError: (call|publish)\\("com.myapp.[pt]"\\).*${feature}`),
        );
      }
      expect(wire.rest()).toEqual([]);
    });
  }

  it('names the transparency that other schemes need', () => {
    const { wamp } = connected({ shape: 'enc', client: { features: PPT } });
    expect(String(record(wamp.publish('com.t', [1], {}, ASKED)).error)).toMatch(/payload_transparency/);
  });

  it('can be ignored', () => {
    const { wamp, wire } = connected({ checkFeatures: false, client: { features: FEATURES, checkFeatures: false } });
    wamp.publish('com.t', [1], {}, ASKED);
    expect(wire.take(16)[2]).toEqual(MARK);
  });

  it("auto takes Autobahn's shape where only that was announced, and the specification's where both were", () => {
    const older = connected({ shape: 'auto', client: { features: ENC } });
    older.wamp.publish('com.t', [1], {}, ASKED);
    expect(older.wire.take(16)[2]).toEqual({ enc_algo: 'x_a', enc_serializer: 'json' });
    const both = connected({
      shape: 'auto',
      client: { features: withFeatures('payload_passthru_mode payload_transparency') },
    });
    both.wamp.publish('com.t', [1], {}, ASKED);
    expect(both.wire.take(16)[2]).toEqual(MARK);
  });

  it('a result that asks for it is an error for the caller', () => {
    const client = connected({ client: { features: FEATURES } });
    provide(client, 'com.p', () => result([1], {}, ASKED));
    client.wire.send([68, 7, 20, {}]);
    expect(client.wire.take(8).slice(0, 5)).toEqual([8, 68, 7, {}, 'wamp.error.runtime_error']);
  });
});

describe('passthru(): an EVENT', () => {
  const watching = (client: JoinedClient, topic = 'com.t'): ReturnType<typeof record<unknown>> => {
    const seen = record(client.wamp.subscribe(topic));
    const [, request] = client.wire.take(32);
    client.wire.send([33, request, 10]);
    return seen;
  };

  it('is unpacked, and its details tell how it came', () => {
    const client = connected();
    const seen = watching(client);
    client.wire.send([36, 10, 5, MARK, packed([1], { a: 2 })]);
    expect(seen.values).toEqual([
      jasmine.objectContaining({
        args: [1],
        kwargs: { a: 2 },
        details: jasmine.objectContaining({ pptScheme: 'x_a', pptSerializer: 'json', topic: 'com.t' }),
      }),
    ]);
  });

  for (const [name, frame] of Object.entries(EVENT_FRAMES)) {
    it(`of Autobahn's ${name} is read as it stands`, async () => {
      const { cbor } = await import('../../src/serializers/cbor.ts');
      const { msgpack } = await import('../../src/serializers/msgpack.ts');
      const serializer = [json(), cbor(), msgpack()].find(({ id }) => id === name) ?? json();
      const client = connected({ client: { serializer } });
      const seen = record(client.wamp.subscribe('com.myapp.topic1'));
      const [, request] = client.wire.take(32);
      client.wire.send([33, request, 5]);
      client.wire.frame(name === 'json' ? frame : fromHex(frame));
      expect(seen.values.map(({ args, kwargs, details }) => [args, kwargs, details.encAlgo])).toEqual([
        [['hello', 23, null], { unit: '°C' }, 'cryptobox'],
      ]);
    });
  }

  it('of a pattern is checked against its own topic', () => {
    const client = connected();
    const seen = record(client.wamp.subscribe('com.myapp.', { match: 'prefix' }));
    const [, request] = client.wire.take(32);
    client.wire.send([33, request, 10]);
    const mark = { enc_algo: 'cryptobox', enc_serializer: 'json' };
    client.wire.send([36, 10, 5, { ...mark, topic: 'com.myapp.topic1' }, fromHex(FRAMES.event)]);
    client.wire.send([36, 10, 6, { ...mark, topic: 'com.myapp.topic2' }, fromHex(FRAMES.event)]);
    expect(seen.values.map(({ value }) => value)).toEqual(['hello']);
  });

  it('is not passed off as one of another topic by a router that names it so', () => {
    const client = connected();
    const errors = record(client.wamp.userErrors$);
    const seen = watching(client, 'com.myapp.topic2');
    const details = { enc_algo: 'cryptobox', enc_serializer: 'json', topic: 'com.myapp.topic1' };
    client.wire.send([36, 10, 5, details, fromHex(FRAMES.event)]);
    expect(seen.values).toEqual([]);
    expect(errors.values.map(({ error }) => (error as ApplicationError).uri)).toEqual([
      'wamp.error.encryption.trusted_uri_mismatch',
    ]);
  });

  it('that wampy.js wrote in JSON is text, and is read, too', () => {
    const client = connected();
    const seen = watching(client);
    client.wire.send([36, 10, 5, MARK, ['{"args":[1],"kwargs":{}}']]);
    expect(seen.values).toEqual([jasmine.objectContaining({ args: [1] })]);
  });

  it('that goes as it is stays as it is', () => {
    const client = connected();
    const seen = watching(client);
    client.wire.send([36, 10, 5, { ppt_scheme: 'mqtt', ppt_serializer: 'native' }, [1, 2], { a: 3 }]);
    client.wire.send([36, 10, 6, { enc_algo: 'mqtt' }, Uint8Array.of(1)]);
    expect(seen.values).toEqual([
      jasmine.objectContaining({ args: [1, 2], kwargs: { a: 3 } }),
      jasmine.objectContaining({ args: [Uint8Array.of(1)] }),
    ]);
  });

  const failing: readonly (readonly [what: string, details: Dict, payload: readonly unknown[], uri: string])[] = [
    ['of an unknown serializer', { ...MARK, ppt_serializer: 'flatbuffers' }, [packed()], 'no_payload_codec'],
    ['that is no dictionary', MARK, [[bytes([1])]], 'invalid_payload'],
    ['whose args are no list', MARK, [[bytes({ args: 's3cret' })]], 'invalid_payload'],
    ['whose kwargs are no dictionary', MARK, [[bytes({ kwargs: ['s3cret'] })]], 'invalid_payload'],
    ['that is more than one binary', MARK, [[bytes({}), 1]], 'invalid_payload'],
    ['that has keyword arguments', MARK, [packed(), { a: 1 }], 'invalid_payload'],
    ['that is not there', MARK, [], 'invalid_payload'],
    [
      'that cannot be decrypted',
      { enc_algo: 'cryptobox', enc_serializer: 'json' },
      [bytes('s3cret')],
      'encryption.decrypt_error',
    ],
    [
      'of another topic',
      { enc_algo: 'cryptobox', enc_serializer: 'json' },
      [fromHex(FRAMES.event)],
      'encryption.trusted_uri_mismatch',
    ],
    ['without a serializer', { enc_algo: 'cryptobox' }, [fromHex(FRAMES.event)], 'encryption.decrypt_error'],
  ];
  for (const [what, details, payload, uri] of failing) {
    it(`${what} is dropped and reported on userErrors$, and the next one comes`, () => {
      const client = connected();
      const errors = record(client.wamp.userErrors$);
      const seen = watching(client, 'com.myapp.other');
      client.wire.send([36, 10, 5, details, ...payload]);
      expect(errors.values).toEqual([
        {
          error: jasmine.objectContaining({ uri: `wamp.error.${uri}` }),
          context: 'payload codec: event of com.myapp.other',
        },
      ]);
      expect(String((errors.values[0] as { error: Error }).error)).not.toContain('s3cret');
      client.wire.send([36, 10, 6, {}, [2]]);
      expect(seen.values).toEqual([jasmine.objectContaining({ args: [2] })]);
    });
  }

  it('without passthru() is the bare binary, with details', () => {
    const client = joined({ features: PPT });
    const seen = watching(client);
    client.wire.send([36, 10, 5, MARK, packed([1])]);
    client.wire.send([36, 10, 6, { enc_algo: 'cryptobox' }, Uint8Array.of(1)]);
    expect(seen.values).toEqual([
      jasmine.objectContaining({ args: packed([1]), details: jasmine.objectContaining({ pptScheme: 'x_a' }) }),
      jasmine.objectContaining({
        args: [Uint8Array.of(1)],
        details: jasmine.objectContaining({ encAlgo: 'cryptobox' }),
      }),
    ]);
  });

  it('of a subscription that is over finds no observer', async () => {
    const client = connected();
    const errors = record(client.wamp.userErrors$);
    watching(client);
    client.wire.send([35, 0, { subscription: 10, reason: 'com.x' }]);
    client.wire.send([36, 10, 5, MARK, [bytes([1])]]);
    client.wire.send([36, 11, 6, MARK, [bytes([1])]]);
    watching(client, 'com.u').stop();
    await turn();
    client.wire.take(34);
    client.wire.send([36, 10, 7, MARK, [bytes([1])]]);
    expect(errors.values).toEqual([]);
  });

  it('that is encrypted, for a client that has no keys at all, is no plain binary', () => {
    const client = connected({ codecs: [own] });
    const errors = record(client.wamp.userErrors$);
    const seen = watching(client);
    client.wire.send([36, 10, 5, { enc_algo: 'cryptobox' }, fromHex(FRAMES.event)]);
    client.wire.send([36, 10, 6, { enc_algo: 'cryptobox', enc_serializer: 'json' }, fromHex(FRAMES.event)]);
    expect(seen.values).toEqual([]);
    expect(errors.values.map(({ error }) => (error as ApplicationError).uri)).toEqual(
      Array(2).fill('wamp.error.no_payload_codec'),
    );
  });
});

describe('passthru(): an INVOCATION', () => {
  it('is unpacked and answered as it came', () => {
    const client = connected();
    provide(client, 'com.p', ({ args, kwargs, details }) => result([args, kwargs, details.pptScheme], { b: 1 }));
    client.wire.send([68, 7, 20, { ...MARK, ppt_keyid: 'k' }, packed([1], { a: 2 })]);
    const answer = client.wire.take(70);
    expect(answer.slice(0, 3)).toEqual([70, 7, { ...MARK, ppt_keyid: 'k' }]);
    expect(contents(answer, 3)).toEqual({ args: [[1], { a: 2 }, 'x_a'], kwargs: { b: 1 } });
  });

  it("in Autobahn's shape is answered in that, whatever shape is chosen for sending", () => {
    const client = connected();
    provide(client, 'com.myapp.add2', ({ args: [a, b] }) => Number(a) + Number(b));
    const mark = { enc_algo: 'cryptobox', enc_serializer: 'json' };
    client.wire.send([68, 7, 20, mark, fromHex(FRAMES.call)]);
    const answer = client.wire.take(70);
    expect(answer).toEqual([70, 7, mark, jasmine.any(Uint8Array)]);
    const payload = answer[3] as Uint8Array;
    expect(ring.decode(true, 'com.myapp.add2', { scheme: 'cryptobox', serializer: 'json', payload }).args).toEqual([5]);
  });

  it('in the open is answered in the open, unless result() says otherwise', () => {
    const client = connected();
    provide(client, 'com.p', ({ args }) => (args[0] === 'open' ? 1 : result([2], {}, ASKED)));
    client.wire.send([68, 7, 20, {}, ['open']]);
    expect(client.wire.take(70)).toEqual([70, 7, {}, [1]]);
    client.wire.send([68, 8, 20, {}, ['packed']]);
    const answer = client.wire.take(70);
    expect(answer[2]).toEqual(MARK);
    expect(contents(answer, 3)).toEqual({ args: [2], kwargs: {} });
  });

  it('that came as it is is answered so', () => {
    const client = connected();
    provide(client, 'com.p', ({ value }) => value);
    const native = { ppt_scheme: 'x_a', ppt_serializer: 'native' };
    client.wire.send([68, 7, 20, native, [1]]);
    expect(client.wire.take(70)).toEqual([70, 7, native, [1]]);
    client.wire.send([68, 8, 20, { ppt_scheme: 'mqtt' }, [Uint8Array.of(1)]]);
    expect(client.wire.take(70)).toEqual([70, 8, { ppt_scheme: 'mqtt' }, [Uint8Array.of(1)]]);
  });

  it('with progressive results has all of them packed', () => {
    const client = connected();
    provide(client, 'com.p', () => of('a', 'b', result(['c'])));
    client.wire.send([68, 7, 20, { ...MARK, receive_progress: true }, packed()]);
    const answers = client.wire.rest();
    expect(answers.map(([type, id, options]) => [type, id, options])).toEqual([
      [70, 7, { ...MARK, progress: true }],
      [70, 7, { ...MARK, progress: true }],
      [70, 7, MARK],
    ]);
    expect(answers.map((answer) => (contents(answer, 3) as { args: unknown[] }).args[0])).toEqual(['a', 'b', 'c']);
  });

  it('that fails is answered with an ERROR packed as it came', () => {
    const client = connected();
    provide(client, 'com.p', () => {
      throw new ApplicationError('com.app.bad', ['why'], { code: 7 });
    });
    client.wire.send([68, 7, 20, MARK, packed()]);
    const answer = client.wire.take(8);
    expect(answer.slice(0, 5)).toEqual([8, 68, 7, MARK, 'com.app.bad']);
    expect(contents(answer, 5)).toEqual({ args: ['why'], kwargs: { code: 7 } });
  });

  it('whose error has no key is answered without its text, since the call was sealed', () => {
    const client = connected();
    const errors = record(client.wamp.userErrors$);
    provide(client, 'com.myapp.add2', () => {
      throw new ApplicationError('com.other.bad', ['s3cret']);
    });
    client.wire.send([68, 7, 20, { enc_algo: 'cryptobox', enc_serializer: 'json' }, fromHex(FRAMES.call)]);
    expect(client.wire.take(8)).toEqual([8, 68, 7, {}, 'com.other.bad']);
    expect(errors.values.map(({ error, context }) => [String(error), context])).toEqual([
      [jasmine.stringMatching(/com.other.bad was sent without its payload/), 'payload codec: error of com.myapp.add2'],
    ]);
  });

  it('whose result cannot be packed is answered with invalid_payload, packed as it came', () => {
    const client = connected();
    provide(client, 'com.p', () => new Map());
    client.wire.send([68, 7, 20, MARK, packed()]);
    const answer = client.wire.take(8);
    expect(answer.slice(0, 5)).toEqual([8, 68, 7, MARK, 'wamp.error.invalid_payload']);
    expect(contents(answer, 5)).toEqual({
      args: ['args[0]: cannot send Map; convert it; see rxwamp/src/client/errors.md#cannot-send'],
      kwargs: {},
    });
  });

  it('that cannot be unpacked is answered with an ERROR in the open; the handler is not called', () => {
    const cases: readonly (readonly [Dict, unknown, string])[] = [
      [{ ...MARK, ppt_serializer: 'x' }, packed(), 'wamp.error.no_payload_codec'],
      [MARK, [bytes('s3cret')], 'wamp.error.invalid_payload'],
      [{ enc_algo: 'cryptobox', enc_serializer: 'json' }, bytes('s3cret'), 'wamp.error.encryption.decrypt_error'],
      [
        { enc_algo: 'cryptobox', enc_serializer: 'json' },
        fromHex(FRAMES.event),
        'wamp.error.encryption.trusted_uri_mismatch',
      ],
    ];
    const client = connected();
    const errors = record(client.wamp.userErrors$);
    let called = 0;
    provide(client, 'com.myapp.add2', () => (called += 1));
    for (const [details, payload, uri] of cases) {
      client.wire.send([68, 7, 20, details, payload]);
      const answer = client.wire.take(8);
      expect(answer).toEqual([8, 68, 7, {}, uri, [jasmine.any(String)]]);
      expect(JSON.stringify(answer)).not.toContain('s3cret');
    }
    expect(errors.values.map(({ context }) => context)).toEqual(
      Array(4).fill('payload codec: invocation of com.myapp.add2'),
    );
    expect(called).toBe(0);
    expect(client.wire.rest()).toEqual([]);
  });

  it('in chunks has each of them unpacked, also those that do not say so again', () => {
    const client = connected();
    provide(client, 'com.p', ({ input$ }) => input$);
    const seen: unknown[] = [];
    provide2(client, 'com.q', ({ input$ }) => {
      input$.subscribe({ next: ({ args }) => seen.push(args), complete: () => seen.push('end') });
      return 1;
    });
    client.wire.send([68, 7, 21, { ...MARK, progress: true }, packed([1])]);
    client.wire.rest();
    client.wire.send([68, 8, 20, { ...MARK, progress: true, receive_progress: true }, packed([1])]);
    client.wire.send(
      [68, 8, 20, { progress: true }, packed([2])],
      [68, 8, 20, { ...MARK, progress: true }, packed([3])],
    );
    client.wire.send([68, 8, 20, {}]);
    expect(seen).toEqual([[1], 'end']);
    expect(client.wire.rest().map((answer) => [answer[2], contents(answer, 3)])).toEqual([
      [
        { ...MARK, progress: true },
        { args: [jasmine.objectContaining({ args: [1] })], kwargs: {} },
      ],
      [
        { ...MARK, progress: true },
        { args: [{ args: [2], kwargs: {} }], kwargs: {} },
      ],
      [
        { ...MARK, progress: true },
        { args: [{ args: [3], kwargs: {} }], kwargs: {} },
      ],
      [MARK, { args: [], kwargs: {} }],
    ]);
  });

  it('whose later chunk cannot be unpacked stops the handler; what still comes of it is dropped', () => {
    const client = connected();
    const stopped: unknown[] = [];
    let called = 0;
    provide(client, 'com.p', ({ signal }) => {
      called += 1;
      signal.addEventListener('abort', () => stopped.push('stopped'));
      return new Promise(() => undefined);
    });
    client.wire.send([68, 8, 20, { ...MARK, progress: true }, packed([1])]);
    client.wire.send([68, 8, 20, { progress: true }, ['in the open']]);
    expect(client.wire.take(8).slice(0, 5)).toEqual([8, 68, 8, {}, 'wamp.error.invalid_payload']);
    expect([called, stopped]).toEqual([1, ['stopped']]);
    client.wire.send([68, 8, 20, { ...MARK, progress: true }, packed([3])], [68, 8, 20, {}]);
    expect([called, client.wire.rest()]).toEqual([1, []]);
    client.wire.send([68, 9, 20, {}]);
    expect(called).toBe(2);
  });

  it('is not passed off as one of another procedure by a router that names it so', () => {
    const client = connected();
    provide(client, 'com.myapp.other', () => 1);
    const details = { enc_algo: 'cryptobox', enc_serializer: 'json', procedure: 'com.myapp.add2' };
    client.wire.send([68, 7, 20, details, fromHex(FRAMES.call)]);
    expect(client.wire.take(8)[4]).toBe('wamp.error.encryption.trusted_uri_mismatch');
  });

  it('whose first chunk cannot be unpacked is not begun with the second one', () => {
    const client = connected();
    let called = 0;
    provide(client, 'com.p', () => (called += 1));
    client.wire.send([68, 8, 20, { ...MARK, progress: true }, [bytes(1)]]);
    expect(client.wire.take(8)[4]).toBe('wamp.error.invalid_payload');
    client.wire.send([68, 8, 20, { ...MARK, progress: true }, packed([2])], [68, 8, 20, {}]);
    expect([called, client.wire.rest()]).toEqual([0, []]);
  });

  it('that was answered or interrupted before its last chunk came has the rest dropped', () => {
    const client = connected();
    const errors = record(client.wamp.userErrors$);
    let called = 0;
    provide(client, 'com.p', ({ value }) => {
      called += 1;
      return value === 'wait' ? new Promise(() => undefined) : 1;
    });
    client.wire.send([68, 8, 20, { ...MARK, progress: true }, packed(['answer'])]);
    expect(client.wire.take(70)[1]).toBe(8);
    client.wire.send([68, 9, 20, { ...MARK, progress: true }, packed(['wait'])], [69, 9, { mode: 'killnowait' }]);
    for (const id of [8, 9]) {
      client.wire.send([68, id, 20, { ...MARK, progress: true }, [bytes(1)]], [68, id, 20, { progress: true }, [2]]);
      client.wire.send([68, id, 20, {}]);
    }
    expect([called, client.wire.rest(), errors.values]).toEqual([2, [], []]);
  });

  it('whose chunks have all come leaves nothing behind', () => {
    const client = connected();
    let called = 0;
    provide(client, 'com.p', ({ input$ }) => {
      called += 1;
      return input$;
    });
    for (const round of [1, 2]) {
      client.wire.send([68, 8, 20, { ...MARK, progress: true }, packed([1])], [68, 8, 20, MARK, packed([2])]);
      expect([called, client.wire.rest().length]).toEqual([round, 1]);
    }
  });

  it('of a procedure that is not ours, or no longer, is refused as it always is', async () => {
    const client = connected();
    client.wire.send([68, 7, 99, MARK, packed()]);
    expect(client.wire.take(8)).toEqual([8, 68, 7, {}, 'wamp.error.no_such_registration']);
    const registered = client.wamp.register('com.p', () => 1).subscribe();
    const [, request] = client.wire.take(64);
    client.wire.send([65, request, 20]);
    registered.unsubscribe();
    await turn();
    const [, last] = client.wire.take(66);
    client.wire.send([67, last]);
    client.wire.send([68, 8, 20, MARK, [bytes(1)]]);
    expect(client.wire.take(8)).toEqual([8, 68, 8, {}, 'wamp.error.no_such_registration']);
  });
});

/** A second procedure, with registration 21. */
const provide2 = ({ wamp, wire }: JoinedClient, procedure: string, handler: Handler): void => {
  wamp.register(procedure, handler).subscribe();
  const [, request] = wire.take(64);
  wire.send([65, request, 21]);
};

describe('passthru(): a RESULT, an ERROR', () => {
  const calling = (client: JoinedClient, progress = false, procedure = 'com.myapp.add2'): ReturnType<typeof call> =>
    call(client, progress, procedure);
  const call = ({ wamp, wire }: JoinedClient, progress: boolean, procedure: string) => {
    const made = record(wamp.call(procedure, [], {}, { progress }));
    const [, id] = wire.take(48);
    return { made, id };
  };
  const CRYPTOBOX = { enc_algo: 'cryptobox', enc_serializer: 'json' };

  it('is unpacked, and its details tell how it came', () => {
    const client = connected();
    const { made, id } = calling(client);
    client.wire.send([50, id, { ...CRYPTOBOX, callee: 5 }, fromHex(FRAMES.result)]);
    expect(made.values.map(({ args, details }) => [args, details.encAlgo, details.callee])).toEqual([
      [[5], 'cryptobox', 5],
    ]);
    expect(made.completed).toBeTrue();
  });

  it('partial ones, too', () => {
    const client = connected();
    const { made, id } = calling(client, true);
    client.wire.send(
      [50, id, { ...MARK, progress: true }, packed([1])],
      [50, id, { ...MARK, progress: true }, packed([2])],
    );
    client.wire.send([50, id, MARK, packed([3], { a: 1 })]);
    expect(made.values.map(({ args, kwargs, progress }) => [args, kwargs, progress])).toEqual([
      [[1], {}, true],
      [[2], {}, true],
      [[3], { a: 1 }, false],
    ]);
  });

  it('an error with its payload', () => {
    const client = connected();
    const { made, id } = calling(client);
    client.wire.send([8, 48, id, CRYPTOBOX, 'com.myapp.error.bad', fromHex(FRAMES.error)]);
    expect(made.error).toEqual(
      jasmine.objectContaining({
        uri: 'com.myapp.error.bad',
        args: ['no'],
        kwargs: { code: 7 },
        procedure: 'com.myapp.add2',
      }),
    );
  });

  const cases: readonly (readonly [Dict, unknown, string])[] = [
    [{ ...MARK, ppt_serializer: 'x' }, packed(), 'wamp.error.no_payload_codec'],
    [MARK, [bytes('s3cret')], 'wamp.error.invalid_payload'],
    [CRYPTOBOX, fromHex(FRAMES.call), 'wamp.error.encryption.trusted_uri_mismatch'],
    [CRYPTOBOX, bytes('s3cret'), 'wamp.error.encryption.decrypt_error'],
  ];
  for (const [details, payload, uri] of cases) {
    it(`that cannot be unpacked is ${uri} for the caller`, () => {
      const client = connected();
      const errors = record(client.wamp.userErrors$);
      const first = calling(client, false, 'com.myapp.other');
      client.wire.send([50, first.id, details, payload]);
      const second = calling(client, false, 'com.myapp.other');
      client.wire.send([8, 48, second.id, details, 'com.myapp.error.other', payload]);
      for (const { made } of [first, second]) {
        expect(made.error).toEqual(
          jasmine.objectContaining({ name: 'ApplicationError', uri, procedure: 'com.myapp.other' }),
        );
        expect(String(made.error)).not.toContain('s3cret');
      }
      expect(errors.values.map(({ context }) => context)).toEqual([
        'payload codec: result of com.myapp.other',
        'payload codec: error com.myapp.error.other',
      ]);
      expect(client.wire.rest()).toEqual([]);
    });
  }

  it('partial and not to be unpacked ends the call and cancels it; later ones are ignored', () => {
    const client = connected();
    const { made, id } = calling(client, true);
    client.wire.send([50, id, { ...MARK, progress: true }, [bytes(1)]]);
    expect(made.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.invalid_payload' }));
    expect(client.wire.take(49)).toEqual([49, id, { mode: 'killnowait' }]);
    client.wire.send([50, id, { ...MARK, progress: true }, packed()], [8, 48, id, {}, 'wamp.error.canceled']);
    expect(client.wamp.status.state).toBe('joined');
  });

  it('to a call that was given up is ignored', () => {
    const client = connected();
    const errors = record(client.wamp.userErrors$);
    const { made, id } = calling(client);
    made.stop();
    client.wire.take(49);
    client.wire.send([50, id, { ...MARK, progress: true }, [bytes(1)]], [50, id, MARK, [bytes(1)]]);
    expect([errors.values, client.wire.rest(), client.wamp.status.state]).toEqual([[], [], 'joined']);
  });
});

describe('passthru(): codecs of the application', () => {
  it('are called in turn, with the role of this end, and may leave it to the next', () => {
    const reported: unknown[] = [];
    const silent: PayloadCodec = {
      encode: (...given) => void reported.push(['encode', ...given]),
      decode: (...given) => void reported.push(['decode', ...given]),
    };
    const client = connected({ codecs: [silent, own] });
    provide(client, 'com.p', ({ value }) => value);
    const [payload] = packed([1]);
    client.wire.send([68, 7, 20, MARK, [payload]]);
    expect(contents(client.wire.take(70), 3)).toEqual({ args: [1], kwargs: {} });
    client.wamp.publish('com.t', [1], { a: 2 });
    const attributes = { scheme: 'x_a', serializer: 'json', cipher: undefined, keyid: undefined };
    expect(reported).toEqual([
      ['decode', false, 'com.p', { ...attributes, payload } as EncodedPayload],
      ['encode', false, 'com.p', [1], {}, attributes],
      ['encode', true, 'com.t', [1], { a: 2 }, undefined],
    ]);
  });

  it('that throw fail the one operation, with their error or one that has it for its cause', () => {
    const cause = new Error('no entropy');
    const throwing: PayloadCodec = {
      encode: () => {
        throw cause;
      },
      decode: () => {
        throw new ApplicationError('com.app.error.keys', ['expired']);
      },
    };
    const client = connected({ codecs: [throwing] });
    const { error } = record(client.wamp.publish('com.t', [1]));
    expect(error).toEqual(jasmine.objectContaining({ name: 'SerializationError', message: 'no entropy', cause }));
    provide(client, 'com.p', () => 1);
    client.wire.send([68, 7, 20, MARK, packed()]);
    expect(client.wire.take(8)).toEqual([8, 68, 7, {}, 'com.app.error.keys', ['expired']]);
  });

  it('that return nonsense fail the one operation', () => {
    for (const nonsense of [{ args: 5 }, { kwargs: [] }, null, 5]) {
      const client = connected({
        codecs: [{ encode: () => undefined, decode: () => nonsense as unknown as DecodedPayload }],
      });
      provide(client, 'com.p', () => 1);
      client.wire.send([68, 7, 20, MARK, packed()]);
      expect(client.wire.take(8)[4]).toBe('wamp.error.invalid_payload');
      expect(client.wamp.status.state).toBe('joined');
    }
    const encoding = { encode: () => ({ scheme: 'x_a', payload: 'text' as never }), decode: () => undefined };
    const { error } = record(connected({ codecs: [encoding] }).wamp.publish('com.t', [1]));
    expect(String(error)).toMatch(/SerializationError: A payload codec must return .* got the string "text"/);
  });
});

describe('passthru(): options', () => {
  it('are checked when they are given', () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [undefined, /expected \{ codecs \}/],
      [{}, /codecs must be given/],
      [{ codecs: [] }, /codecs must be a list of payload codecs/],
      [{ codecs: [{}] }, /codecs must be a list of payload codecs/],
      [{ codecs: [own], shape: 'old' }, /shape must be 'ppt', 'enc' or 'auto'/],
      [{ codecs: [own], checkFeatures: 1 }, /checkFeatures must be a boolean/],
      [{ codecs: [own], legacy: true }, /unknown option 'legacy'/],
    ];
    for (const [config, message] of wrong) {
      expect(() => passthru(config as PassthruConfig)).toThrowError(TypeError, message);
    }
  });

  it('each connection has a state of its own', () => {
    const interceptors = [passthru({ codecs: [own] })];
    const one = joined({ features: PPT, interceptors });
    const two = joined({ welcome: { roles: roles(FEATURES) }, interceptors });
    one.wamp.publish('com.t', [1], {}, ASKED);
    expect(one.wire.take(16)[2]).toEqual(MARK);
    expect(record(two.wamp.publish('com.t', [1], {}, ASKED)).error).toBeDefined();
  });
});
