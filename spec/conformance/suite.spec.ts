// The runner of the specification's test suite, on samples of our own: what is right passes, what is wrong is noticed.
import type { Dict } from '../../src/protocol/payload.ts';
import { json } from '../../src/serializers/json.ts';
import { withBytes } from './samples.ts';
import { report, runSuite } from './suite.ts';
import type { Check } from './vectors.ts';

/** EVENT `[36,7,8,{"retained":true},["a"]]`. */
const BYTES = {
  json: [{ bytes: '[36, 7, 8, {"retained": true}, ["a"]]' }, { bytes: '[36,7,8,{"retained":true},["a"]]' }],
  msgpack: [{ bytes_hex: '9524070881a872657461696e6564c391a161' }],
  cbor: [{ bytes_hex: '8518240708a16872657461696e6564f5816161' }],
  ubjson: [{ bytes_hex: '5b5d' }],
};
const ATTRIBUTES = {
  message_type: 36,
  subscription_id: 7,
  publication: 8,
  details: { retained: true },
  args: ['a'],
  kwargs: null,
  payload: null,
};
const SAMPLE = { description: 'a sample', serializers: BYTES, expected_attributes: ATTRIBUTES };

const vector = (...samples: unknown[]): Dict => ({ wamp_message_type: 'EVENT', wamp_message_code: 36, samples });
const run = (...contents: unknown[]): Check[] =>
  runSuite(contents.map((content, i) => ({ path: `file${i}.json`, content })));
const problems = (checks: readonly Check[]): string[] =>
  checks.flatMap(({ serializer, what, problem }) => (problem ? [`${serializer} ${what}: ${problem}`] : []));
/** What is wrong with the sample when some of it is changed. */
const changed = (change: Dict): string[] => problems(run(vector({ ...SAMPLE, ...change })));
const bytes = (change: Dict): string[] => changed({ serializers: { ...BYTES, ...change } });
const attributes = (change: Dict): string[] => changed({ expected_attributes: { ...ATTRIBUTES, ...change } });

describe('the runner of the test suite: a sample with bytes', () => {
  it('passes in each serializer, and in none that we do not have', () => {
    const checks = run(vector(SAMPLE));
    expect(problems(checks)).toEqual([]);
    const of = (id: string): number => checks.filter(({ serializer }) => serializer === id).length;
    expect(['json', 'msgpack', 'cbor', 'ubjson', 'all'].map(of)).toEqual([5, 5, 5, 1, 1]);
    expect(checks.filter(({ unsupported }) => unsupported).map(({ serializer }) => serializer)).toEqual(['ubjson']);
  });

  it('fails where no variant can be read', () => {
    const [first, ...more] = bytes({ cbor: [{ bytes_hex: '8518240708' }] });
    expect(first).toMatch(/^cbor is read: no variant can be read: /);
    expect(more).toEqual([]);
  });

  it('takes a variant that cannot be read for another one’s dialect', () => {
    expect(bytes({ cbor: [{ bytes_hex: 'ff' }, ...BYTES.cbor] })).toEqual([]);
  });

  it('fails where variants mean different things', () => {
    const found = bytes({ msgpack: [...BYTES.msgpack, { bytes_hex: '9524070981a872657461696e6564c391a161' }] });
    expect(found).toEqual([jasmine.stringMatching(/^msgpack is read: variants differ/)]);
  });

  it('fails where a variant gives its bytes in ways that contradict each other', () => {
    expect(bytes({ json: [{ bytes: '[36,7,8,{}]', bytes_hex: '5b5d' }] })[0]).toMatch(
      /^json is read: the vector contradicts/,
    );
  });

  it('fails where what we write is none of the variants, though it can be read', () => {
    // 7 and 8 as integers of 16 bits; `true` behind a space
    expect(bytes({ msgpack: [{ bytes_hex: '9524cd0007cd000881a872657461696e6564c391a161' }] })).toEqual([
      jasmine.stringMatching(/^msgpack is written: 9524070881.* is none of the variants/),
    ]);
    expect(bytes({ json: [{ bytes: '[36,7,8,{"retained": true},["a"]]' }] })).toEqual([
      jasmine.stringMatching(/^json is written/),
    ]);
    // an empty dictionary at the end is none of ours
    expect(
      bytes({ json: [{ bytes: '[36,7,8,{"retained":true},["a"],{}]' }] }).map((found) => found.slice(0, 15)),
    ).toEqual(['json is written', 'json comes back', 'all is the same']);
  });

  it('fails where serializers disagree', () => {
    const found = bytes({ cbor: [{ bytes_hex: '8518240708a16872657461696e6564f5816162' }] });
    expect(found).toEqual([
      jasmine.stringMatching(/^cbor has its attributes: args of EVENT must be \["a"\], it is \["b"\]/),
      jasmine.stringMatching(/^all is the same: json has .* cbor has/),
    ]);
  });

  it('fails where one of our serializers has no bytes', () => {
    const { json: _, ...rest } = BYTES;
    expect(changed({ serializers: rest })).toEqual(['json is there: the vector has no bytes']);
  });

  it('fails where it is another message than the file says', () => {
    const found = problems(run({ ...vector(SAMPLE), wamp_message_code: 50, wamp_message_type: 'RESULT' }));
    expect(found).toEqual(['json', 'msgpack', 'cbor'].map((id) => `${id} is of its kind: it is EVENT (36)`));
  });

  const wrong: readonly (readonly [Dict, string])[] = [
    [{ subscription_id: 8 }, 'subscription_id of EVENT must be 8, it is 7'],
    [{ publication: '8' }, 'publication of EVENT must be "8", it is 8'],
    [{ message_type: 37 }, 'message_type of EVENT must be 37, it is 36'],
    [{ details: {} }, 'details of EVENT must be {}, it is {"retained":true}'],
    [{ details: { retained: true, topic: 'a' } }, 'details of EVENT must be'],
    [{ retained: false }, 'retained of EVENT must be false, it is true'],
    [{ args: null }, 'args of EVENT must be null, it is ["a"]'],
    [{ kwargs: { a: 1 } }, 'kwargs of EVENT must be {"a":1}, it is {}'],
    [{ payload: 'a161' }, 'payload of EVENT must be "a161", it is null'],
    [{ session_id: 7 }, 'session_id of EVENT must be 7, there is none'],
    [{ toString: null }, 'toString of EVENT must be null, there is none'],
  ];
  for (const [change, said] of wrong) {
    it(`fails where the attributes are not as expected: ${said}`, () => {
      const found = attributes(change);
      expect(found.length).toBe(3);
      for (const problem of found) expect(problem).toContain(said);
    });
  }

  it('compares bytes in the place of the list as payload, in hex', () => {
    const opaque = {
      description: 'opaque',
      serializers: {
        json: [{ bytes: '[36,7,8,{},"\\u0000oWE="]' }],
        msgpack: [{ bytes_hex: '9524070880c402a161' }],
        cbor: [{ bytes_base64: 'hRgkBwigQqFh' }],
      },
      expected_attributes: { message_type: 36, args: null, kwargs: null, payload: 'a161' },
    };
    expect(problems(run(vector(opaque)))).toEqual([]);
    const other = { ...opaque, expected_attributes: { message_type: 36, payload: 'a162' } };
    expect(problems(run(vector(other))).length).toBe(3);
  });

  it('runs the code of a sample, of which one block must pass', () => {
    const of = (...blocks: string[]): string[] => {
      const content = vector({ ...SAMPLE, validation: { 'autobahn-js': blocks, other: ['no'] } });
      const evaluate = (code: string, { subscription }: Readonly<Dict>): void => {
        if (code !== `it is ${String(subscription)}`) throw new Error(`${code}?`);
      };
      return problems(runSuite([{ path: 'file.json', content }], { evaluate, serializers: [json()] }));
    };
    expect(of('it is 8', 'it is 7')).toEqual([]);
    expect(of('it is 8', 'it is 9')).toEqual(['json passes its code: it is 8?; it is 9?']);
  });
});

describe('the runner of the test suite: a sample that is taken or refused', () => {
  const verdict = (wmsg: unknown[], expected_error?: Dict | null): string[] =>
    problems(run(vector({ description: 'raw', wmsg, expected_error })));
  const violation = (contains: string): Dict => ({ type: 'protocol_violation', contains });

  it('passes where it is as the sample says', () => {
    expect(verdict([36, 1, 2, { retained: true }])).toEqual([]);
    expect(verdict([36, 1, 2, { retained: true }], null)).toEqual([]);
    expect(verdict([36, 1, 2, { retained: 1 }], violation('retained'))).toEqual([]);
  });

  it('fails where it is refused and must be taken', () => {
    const found = verdict([36, 1, 2, { retained: 1 }]);
    expect(found.length).toBe(3);
    for (const problem of found) expect(problem).toMatch(/is taken: refused: EVENT.details.retained/);
  });

  it('fails where it is taken and must be refused', () => {
    expect(verdict([36, 1, 2, { retained: true }], violation('retained'))[0]).toMatch(
      /^json is refused: taken, as \[36/,
    );
  });

  it('fails where the error does not name the attribute', () => {
    expect(verdict([36, 1, 2, { retained: 1 }], violation('publisher'))[0]).toMatch(/"publisher" is not in/);
  });

  it('fails where the error is to be of a kind that is unknown here', () => {
    expect(verdict([36, 1, 2, { retained: 1 }], { type: 'other' })[0]).toMatch(/an error "other" is unknown/);
  });

  it('reads an opaque payload, which the suite writes as hex, as bytes', () => {
    expect(withBytes([36, 1, 2, { enc_algo: 'cryptobox' }, 'a161'])[4]).toEqual(Uint8Array.of(0xa1, 0x61));
    expect(withBytes([36, 1, 2, {}, 'a161'])[4]).toBe('a161');
    expect(withBytes([16, 1, { enc_algo: 'cryptobox' }, 'com.a'])[3]).toBe('com.a');
    expect(verdict([36, 1, 2, { enc_algo: 'cryptobox' }, 'a161'])).toEqual([]);
    expect(verdict([36, 1, 2, {}, 'a161'])).not.toEqual([]);
  });
});

describe('the runner of the test suite: a sequence', () => {
  const step = (from: string, to: string, message: Dict): Dict => ({ step: 1, from, to, message });
  const SUBSCRIBE = step('s', 'router', { type: 'SUBSCRIBE', request_id: 5, options: {}, topic: 'com.a' });
  const SUBSCRIBED = step('router', 's', { type: 'SUBSCRIBED', request_id: 5, subscription_id: 6 });
  const PUBLISH = step('p', 'router', { type: 'PUBLISH', request_id: 5, options: {}, topic: 'com.a', args: [1] });
  const EVENT = step('router', 's', { type: 'EVENT', subscription_id: 6, publication_id: 9, details: {}, args: [1] });
  const play = (sequence: Dict[], expected_outcome: Dict = {}): string[] => {
    const sessions = [
      { session_id: 's', roles: ['subscriber'] },
      { session_id: 'p', realm: 'realm1' },
    ];
    return problems(run({ sessions, sequence, expected_outcome }));
  };
  const all = [SUBSCRIBE, SUBSCRIBED, PUBLISH, EVENT];
  const instead = (message: Dict): Dict[] => [SUBSCRIBE, SUBSCRIBED, PUBLISH, step('router', 's', message)];

  it('is played against the router in this process, with the ids that come up', () => {
    const outcome = { s_receives_event: true, p_receives_event: false, event_count: 1, event_recipients: ['s'] };
    expect(play(all, outcome)).toEqual([]);
    expect(
      play([SUBSCRIBE, SUBSCRIBED, step('s', 'router', { type: 'UNSUBSCRIBE', request_id: 7, subscription_id: 6 })]),
    ).toEqual([]);
  });

  it('plays calls, too, whose invocations have ids of their own', () => {
    const args = ['x'];
    const sequence = [
      step('s', 'router', { type: 'REGISTER', request_id: 1, options: {}, procedure: 'com.f' }),
      step('router', 's', { type: 'REGISTERED', request_id: 1, registration_id: 2 }),
      step('p', 'router', { type: 'CALL', request_id: 1, options: {}, procedure: 'com.f', args }),
      step('router', 's', { type: 'INVOCATION', request_id: 1, registration_id: 2, details: {}, args }),
      step('s', 'router', { type: 'YIELD', request_id: 1, options: {}, args: [], kwargs: { y: 1 } }),
      step('router', 'p', { type: 'RESULT', request_id: 1, details: {}, kwargs: { y: 1 } }),
    ];
    const sessions = [{ session_id: 's' }, { session_id: 'p' }];
    expect(problems(run({ sessions, sequence }))).toEqual([]);
  });

  const wrong: readonly (readonly [why: string, sequence: Dict[], outcome: Dict])[] = [
    ['EVENT must come, it is nothing', [SUBSCRIBE, SUBSCRIBED, EVENT], {}],
    ['ERROR must come, it is [36', instead({ type: 'ERROR', request_type: 16, request_id: 5 }), {}],
    ['payload [[1],{}], not [[2],{}]', instead({ ...(EVENT['message'] as Dict), args: [2] }), {}],
    ['payload [[1],{}], not [[1],{"a":1}]', instead({ ...(EVENT['message'] as Dict), kwargs: { a: 1 } }), {}],
    ['details is {}, not {"publisher":1}', instead({ ...(EVENT['message'] as Dict), details: { publisher: 1 } }), {}],
    ['LOOK from s to router cannot be played', [step('s', 'router', { type: 'LOOK' })], {}],
    ['SUBSCRIBE from x to router cannot be played', [{ ...SUBSCRIBE, from: 'x' }], {}],
    ['s_receives_event must be false, it is true', all, { s_receives_event: false }],
    ['p_receives_event must be true, it is false', all, { p_receives_event: true }],
    ['event_count must be 2, it is 1', all, { event_count: 2 }],
    ['event_recipients must be ["p"], it is ["s"]', all, { event_recipients: ['p'] }],
    ['the outcome colour is unknown to this runner', all, { colour: 'red' }],
  ];
  for (const [why, sequence, outcome] of wrong) {
    it(`fails and says why: ${why}`, () => {
      const found = play(sequence, outcome);
      expect(found.length).toBe(3);
      for (const problem of found) expect(problem).toContain(why);
    });
  }

  it('fails where an id does not come back', () => {
    const second = step('router', 's', { type: 'SUBSCRIBED', request_id: 5, subscription_id: 7 });
    const found = play([
      SUBSCRIBE,
      SUBSCRIBED,
      { ...SUBSCRIBE, message: { ...(SUBSCRIBE['message'] as Dict), request_id: 8 } },
      second,
    ]);
    expect(found[0]).toContain('request_id is 2, not 1');
  });
});

describe('the runner of the test suite: files', () => {
  it('that hold nothing that is known are a failure, a schema is none', () => {
    expect(problems(run({ vectors: [] }))).toEqual(['all is known: neither samples nor a sequence is in it']);
    expect(run({ $schema: 'http://json-schema.org/draft-07/schema#' })).toEqual([]);
  });

  it('are reported each with its counts by serializer, then what failed, then the sum', () => {
    const bad = vector({ description: 'raw', wmsg: [36, 1, 2, { retained: 1 }] });
    expect(report(run(vector(SAMPLE), bad))).toEqual([
      'file           json  msgpack     cbor      all',
      'file0.json      5/5      5/5      5/5      1/1',
      'file1.json      0/1      0/1      0/1        –',
      'total           5/6      5/6      5/6      1/1',
      'ubjson: not supported, 1 sample not looked at',
      ...['json', 'msgpack', 'cbor'].map(
        (id) =>
          `✗ file1.json, raw, ${id}, is taken: refused: EVENT.details.retained: expected a boolean, got the number 1`,
      ),
      '16 passed, 3 failed',
    ]);
  });
});
