import { CallResult, WampEvent, type Invocation } from '../../src/session/events.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';
import type { Dict } from '../../src/protocol/payload.ts';

const TOPIC = 'com.app.topic';
const event = (details: Dict = {}, ...payload: [args?: unknown[] | Uint8Array, kwargs?: Dict]): WampEvent =>
  new WampEvent([36, 77, 5, details, ...payload], TOPIC);

/** An invocation as a handler gets it. */
function invocation(details: Dict): Invocation {
  const { wamp, wire } = joined();
  let seen: Invocation | undefined;
  record(wamp.register('com.app.f', (each) => void (seen = each)));
  wire.send([65, 1, 88], [68, 1, 88, details]);
  return seen!;
}

describe('what arrives', () => {
  it('has args, kwargs and details, never null', () => {
    const bare = event();
    expect([bare.args, bare.kwargs, bare.value]).toEqual([[], {}, undefined]);
    const full = event({}, ['a', 'b'], { c: 1 });
    expect([full.args, full.kwargs, full.value]).toEqual([['a', 'b'], { c: 1 }, 'a']);
  });

  it('has them as own properties, so that it can be spread and destructured', () => {
    expect(Object.keys(event({}, [1]))).toEqual(jasmine.arrayWithExactContents(['args', 'kwargs', 'details']));
    const { args, kwargs, details } = event({}, [1], { a: 2 });
    expect([args, kwargs, details.topic]).toEqual([[1], { a: 2 }, TOPIC]);
  });

  it('takes the payload as it came, without a copy', () => {
    const [args, kwargs] = [[1], { a: 2 }];
    const { args: seen, kwargs: named } = event({}, args, kwargs);
    expect(seen).toBe(args);
    expect(named).toBe(kwargs);
  });

  it('shares what is empty, which no user can change', () => {
    expect(() => (event().args as unknown[]).push(1)).toThrowError(TypeError);
    expect(() => ((event().kwargs as Dict)['a'] = 1)).toThrowError(TypeError);
    expect([event().args, event().kwargs]).toEqual([[], {}]);
  });

  it('takes a binary for one positional value', () => {
    expect(event({}, Uint8Array.of(1)).args).toEqual([Uint8Array.of(1)]);
  });

  it('shows itself whole in JSON', () => {
    const text = JSON.stringify(event({ publisher_authid: 'joe', x_own: 1 }, ['a'], { b: 2 }));
    expect(JSON.parse(text)).toEqual({
      args: ['a'],
      kwargs: { b: 2 },
      details: { subscription: 77, publication: 5, topic: TOPIC, publisherAuthid: 'joe', x_own: 1 },
    });
    const result = new CallResult([50, 1, { progress: true }, ['a']], 'com.app.f');
    expect(JSON.parse(JSON.stringify(result))).toEqual({
      args: ['a'],
      kwargs: {},
      progress: true,
      details: { procedure: 'com.app.f', progress: true },
    });
  });
});

describe('details', () => {
  const HOPS = [{ session: 1, authid: 'a', authrole: 'b' }];
  const passed = {
    forward_for: HOPS,
    enc_algo: 'cryptobox',
    enc_key: 'k',
    enc_serializer: 'json',
    ppt_scheme: 'wamp',
    ppt_serializer: 'cbor',
    ppt_cipher: 'c',
    ppt_keyid: 'i',
  };
  const passedCamel = {
    forwardFor: HOPS,
    encAlgo: 'cryptobox',
    encKey: 'k',
    encSerializer: 'json',
    pptScheme: 'wamp',
    pptSerializer: 'cbor',
    pptCipher: 'c',
    pptKeyid: 'i',
  };
  const kinds: readonly (readonly [name: string, made: (wire: Dict) => object, wire: Dict, camel: Dict])[] = [
    [
      'EventDetails',
      (wire) => event(wire).details,
      {
        publisher: 1,
        publisher_authid: 'a',
        publisher_authrole: 'r',
        retained: true,
        trustlevel: 2,
        transaction_hash: 'h',
        x_acknowledged_delivery: true,
      },
      {
        subscription: 77,
        publication: 5,
        topic: TOPIC,
        publisher: 1,
        publisherAuthid: 'a',
        publisherAuthrole: 'r',
        retained: true,
        trustlevel: 2,
        transactionHash: 'h',
        xAcknowledgedDelivery: true,
      },
    ],
    [
      'ResultDetails',
      (wire) => new CallResult([50, 1, wire], 'com.app.f').details,
      { progress: true, callee: 1, callee_authid: 'a', callee_authrole: 'r' },
      { procedure: 'com.app.f', progress: true, callee: 1, calleeAuthid: 'a', calleeAuthrole: 'r' },
    ],
    [
      'InvocationDetails',
      (wire) => invocation(wire).details,
      {
        receive_progress: true,
        progress: false,
        timeout: 5,
        caller: 1,
        caller_authid: 'a',
        caller_authrole: 'r',
        trustlevel: 0,
        transaction_hash: 'h',
      },
      {
        registration: 88,
        procedure: 'com.app.f',
        receiveProgress: true,
        progress: false,
        timeout: 5,
        caller: 1,
        callerAuthid: 'a',
        callerAuthrole: 'r',
        trustlevel: 0,
        transactionHash: 'h',
      },
    ],
  ];
  for (const [name, made, wire, camel] of kinds) {
    describe(name, () => {
      it('has a camelCase twin for every name of the wire', () => {
        const details = made({ ...wire, ...passed }) as Record<string, unknown>;
        for (const [key, value] of Object.entries({ ...camel, ...passedCamel })) {
          if (key !== 'xAcknowledgedDelivery') expect(details[key]).withContext(key).toEqual(value);
        }
        expect((details as { toJSON(): Dict }).toJSON()).toEqual({ ...camel, ...passedCamel });
      });

      it('has undefined for what did not come', () => {
        const details = made({}) as Record<string, unknown>;
        for (const key of Object.keys(passedCamel)) expect(details[key]).withContext(key).toBeUndefined();
      });

      it('keeps what it has no name for in extra', () => {
        const { extra } = made({ ...wire, new_thing: 1, x_own: 2, _own: 3 }) as { extra: Dict };
        expect(extra).toEqual(jasmine.objectContaining({ newThing: 1, x_own: 2, _own: 3 }));
        expect(Object.keys(extra)).not.toContain('publisherAuthid');
        expect((made({}) as { extra: Dict }).extra).toEqual({});
      });
    });
  }

  it('topic and procedure are those that the router names, else those asked for', () => {
    expect(event({ topic: 'com.app.x' }).details.topic).toBe('com.app.x');
    expect(invocation({ procedure: 'com.app.x' }).details.procedure).toBe('com.app.x');
    expect(event().details.topic).toBe(TOPIC);
    expect(invocation({}).details.procedure).toBe('com.app.f');
  });
});

describe('a result', () => {
  it('tells progress from the final', () => {
    expect(new CallResult([50, 1, { progress: true }], 'com.app.f').progress).toBeTrue();
    expect(new CallResult([50, 1, { progress: false }], 'com.app.f').progress).toBeFalse();
    expect(new CallResult([50, 1, {}], 'com.app.f').progress).toBeFalse();
  });
});
