import { ProtocolError } from '../../src/protocol/errors.ts';
import { kindOf } from '../../src/protocol/kind-of.ts';
import * as wamp from '../../src/protocol/messages.ts';
import type { Args, Dict } from '../../src/protocol/payload.ts';
import { describeMessage, messageName, parseMessage, withPayload } from '../../src/protocol/messages.ts';

// words that an error must use for what was expected
const DICT = 'object';
const ID = 'an id';
const STRING = 'a string';
const COUNT = 'integer';

interface Field {
  readonly name: string;
  readonly expected: string;
  readonly wrong: readonly unknown[];
  /** The known keys of a dictionary. */
  readonly keys?: string;
}

const id = (name: string): Field => ({
  name,
  expected: ID,
  wrong: [0, -1, 1.5, 2 ** 53 + 2, '1', true, null, 1n, undefined],
});
const count = (name: string): Field => ({ name, expected: COUNT, wrong: [-1, 1.5, '0', null, true] });
const text = (name: string): Field => ({ name, expected: STRING, wrong: [1, null, [], {}, true, Uint8Array.of(1)] });
const dict = (name: string, keys = ''): Field => ({
  name,
  expected: DICT,
  wrong: [null, [], 'x', 1, Uint8Array.of(1)],
  keys,
});

/** A message of every kind, as short as it may be, with what its fields must be. */
interface Row {
  readonly name: string;
  readonly message: readonly unknown[];
  readonly fields: readonly Field[];
  /** One more element may follow: a dictionary of this name. */
  readonly optional?: Field;
  readonly payload?: boolean;
}

const PPT = 'ppt_scheme ppt_serializer ppt_cipher ppt_keyid enc_algo enc_key enc_serializer forward_for';
const CALLEE = 'callee callee_authid callee_authrole';
const request = id('request');

const TABLE: readonly Row[] = [
  {
    name: 'HELLO',
    message: [1, 'realm1', {}],
    fields: [
      { name: 'realm', expected: 'a string or null', wrong: [1, {}, undefined] },
      dict('details', 'roles agent authmethods authid authrole authextra'),
    ],
  },
  {
    name: 'WELCOME',
    message: [2, 9129137332, {}],
    fields: [id('session'), dict('details', 'roles agent realm authid authrole authmethod authprovider authextra')],
  },
  {
    name: 'ABORT',
    message: [3, {}, 'wamp.error.x'],
    fields: [dict('details', 'message'), text('reason')],
    payload: true,
  },
  { name: 'CHALLENGE', message: [4, 'ticket', {}], fields: [text('method'), dict('extra')] },
  { name: 'AUTHENTICATE', message: [5, 'secret', {}], fields: [text('signature'), dict('extra')] },
  { name: 'GOODBYE', message: [6, {}, 'wamp.close.normal'], fields: [dict('details', 'message'), text('reason')] },
  {
    name: 'ERROR',
    message: [8, 48, 1, {}, 'com.app.bad'],
    fields: [count('requestType'), request, dict('details', `${CALLEE} ${PPT}`), text('error')],
    payload: true,
  },
  {
    name: 'PUBLISH',
    message: [16, 1, {}, 'com.app.topic'],
    fields: [
      request,
      dict(
        'options',
        'acknowledge exclude_me exclude exclude_authid exclude_authrole eligible eligible_authid eligible_authrole ' +
          `disclose_me retain rkey transaction_hash ${PPT}`,
      ),
      text('topic'),
    ],
    payload: true,
  },
  { name: 'PUBLISHED', message: [17, 1, 2], fields: [request, id('publication')] },
  {
    name: 'SUBSCRIBE',
    message: [32, 1, {}, 'com.app.topic'],
    fields: [request, dict('options', 'match get_retained nkey forward_for'), text('topic')],
  },
  { name: 'SUBSCRIBED', message: [33, 1, 77], fields: [request, id('subscription')] },
  {
    name: 'UNSUBSCRIBE',
    message: [34, 1, 77],
    fields: [request, id('subscription')],
    optional: dict('options', 'forward_for'),
  },
  {
    name: 'UNSUBSCRIBED',
    message: [35, 1],
    fields: [count('request')],
    optional: dict('details', 'subscription reason'),
  },
  {
    name: 'EVENT',
    message: [36, 77, 5, {}],
    fields: [
      id('subscription'),
      id('publication'),
      dict(
        'details',
        'publisher publisher_authid publisher_authrole topic trustlevel retained transaction_hash ' +
          `x_acknowledged_delivery ${PPT}`,
      ),
    ],
    payload: true,
  },
  {
    name: 'CALL',
    message: [48, 1, {}, 'com.app.f'],
    fields: [
      request,
      dict(
        'options',
        'receive_progress progress timeout disclose_me rkey runmode caller caller_authid caller_authrole ' +
          `transaction_hash ${PPT}`,
      ),
      text('procedure'),
    ],
    payload: true,
  },
  { name: 'CANCEL', message: [49, 1, {}], fields: [request, dict('options', 'mode forward_for')] },
  {
    name: 'RESULT',
    message: [50, 1, {}],
    fields: [request, dict('details', `progress ${CALLEE} ${PPT}`)],
    payload: true,
  },
  {
    name: 'REGISTER',
    message: [64, 1, {}, 'com.app.f'],
    fields: [
      request,
      dict('options', 'match invoke concurrency force_reregister disclose_caller forward_timeout forward_for'),
      text('procedure'),
    ],
  },
  { name: 'REGISTERED', message: [65, 1, 88], fields: [request, id('registration')] },
  {
    name: 'UNREGISTER',
    message: [66, 1, 88],
    fields: [request, id('registration')],
    optional: dict('options', 'forward_for'),
  },
  {
    name: 'UNREGISTERED',
    message: [67, 1],
    fields: [count('request')],
    optional: dict('details', 'registration reason'),
  },
  {
    name: 'INVOCATION',
    message: [68, 1, 88, {}],
    fields: [
      request,
      id('registration'),
      dict(
        'details',
        'receive_progress progress timeout caller caller_authid caller_authrole procedure trustlevel ' +
          `transaction_hash ${PPT}`,
      ),
    ],
    payload: true,
  },
  { name: 'INTERRUPT', message: [69, 1, {}], fields: [request, dict('options', 'mode reason forward_for')] },
  {
    name: 'YIELD',
    message: [70, 1, {}],
    fields: [request, dict('options', `progress ${CALLEE} ${PPT}`)],
    payload: true,
  },
  { name: 'EVENT_RECEIVED', message: [337, 5], fields: [id('publication')] },
];

interface Values {
  readonly right: readonly unknown[];
  readonly wrong: readonly unknown[];
}

const BOOL: Values = { right: [true, false], wrong: [1, 0, 'true', null] };
const TEXT: Values = { right: ['x', ''], wrong: [1, null, ['x']] };
const IDS: Values = { right: [1, 2 ** 53], wrong: [0, '1', 1.5, null] };
const NUMBER: Values = { right: [0, 5000], wrong: [-1, '1', 0.5, null, true] };
const NAMES: Values = { right: [[], ['x']], wrong: ['x', [1], null] };
const SESSIONS: Values = { right: [[], [1, 2 ** 53]], wrong: [1, [0], ['1'], null] };
const OBJECT: Values = { right: [{}, { a: 1 }], wrong: [null, [], 'x'] };
const choice = (...right: string[]): Values => ({ right, wrong: ['other', 1, null, ''] });

/** What every known key may be, whichever dictionary it stands in. */
const KEYS: Readonly<Record<string, Values>> = {
  ...Object.fromEntries(
    (
      'acknowledge disclose_caller disclose_me exclude_me force_reregister forward_timeout get_retained progress ' +
      'receive_progress retain retained x_acknowledged_delivery'
    )
      .split(' ')
      .map((key) => [key, BOOL]),
  ),
  ...Object.fromEntries(
    (
      'agent authid authmethod authprovider authrole callee_authid callee_authrole caller_authid caller_authrole enc_key ' +
      'message nkey ppt_cipher ppt_keyid ppt_serializer procedure publisher_authid publisher_authrole realm reason rkey ' +
      'runmode topic transaction_hash'
    )
      .split(' ')
      .map((key) => [key, TEXT]),
  ),
  ...Object.fromEntries('callee caller publisher registration subscription'.split(' ').map((key) => [key, IDS])),
  authextra: OBJECT,
  authmethods: NAMES,
  concurrency: { right: [1, 10], wrong: [0, -1, 1.5, '1'] },
  eligible: SESSIONS,
  eligible_authid: NAMES,
  eligible_authrole: NAMES,
  enc_algo: { right: ['cryptobox', 'mqtt', 'xbr', 'x_own'], wrong: ['other', 1, null] },
  enc_serializer: { right: ['json', 'msgpack', 'cbor', 'ubjson', 'flatbuffers', 'x_own'], wrong: ['other', 1] },
  exclude: SESSIONS,
  exclude_authid: NAMES,
  exclude_authrole: NAMES,
  forward_for: {
    right: [[], [{ session: 1, authid: 'a', authrole: 'b' }]],
    wrong: [
      {},
      [1],
      [{ session: 0, authid: 'a', authrole: 'b' }],
      [{ session: 1, authid: 'a' }],
      [{ session: 1, authrole: 'b' }],
    ],
  },
  invoke: choice('single', 'first', 'last', 'roundrobin', 'random'),
  match: choice('exact', 'prefix', 'wildcard'),
  mode: choice('skip', 'kill', 'killnowait'),
  ppt_scheme: { right: ['wamp', 'x_own'], wrong: ['', 1, null] },
  roles: OBJECT,
  timeout: NUMBER,
  trustlevel: NUMBER,
};

const messageOf = (value: unknown): string => {
  try {
    parseMessage(value);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return (error as Error).message;
  }
  return 'accepted';
};

for (const { name, message, fields, optional, payload = false } of TABLE) {
  describe(`parseMessage: ${name}`, () => {
    const behind = optional ? [...fields, optional] : fields;
    const long = optional ? [...message, {}] : message;

    it('takes it as it is, without a copy', () => {
      for (const value of [[...message], [...long]]) expect(parseMessage(value)).toBe(value as unknown as wamp.Message);
      expect(messageName(message[0] as number)).toBe(name);
    });

    for (const [i, { name: field, expected, wrong }] of behind.entries()) {
      it(`refuses ${field} unless it is ${expected}`, () => {
        for (const value of wrong) {
          const broken: unknown[] = [...long];
          broken[i + 1] = value;
          expect(messageOf(broken)).toMatch(new RegExp(`^${name}\\.${field}: expected .*${expected}.*, got `));
          expect(messageOf(broken)).toContain(`, got ${kindOf(value)}`);
        }
      });
    }

    for (const [i, { name: field, keys = '' }] of behind.entries()) {
      for (const key of keys.split(' ').filter(Boolean)) {
        it(`knows ${field}.${key}`, () => {
          const { right, wrong } = KEYS[key]!;
          const put = (value: unknown): string => {
            const changed: unknown[] = [...long];
            changed[i + 1] = { [key]: value };
            return messageOf(changed);
          };
          for (const value of right) expect(put(value)).withContext(JSON.stringify(value)).toBe('accepted');
          for (const value of wrong.filter((w) => w !== null))
            expect(put(value)).toMatch(new RegExp(`^${name}\\.${field}\\.${key}: expected .+, got .+`));
          // as peers write what they leave out: as good as absent
          const absent: unknown[] = [...long];
          absent[i + 1] = { [key]: null };
          expect(messageOf(absent)).toBe('accepted');
          expect(absent[i + 1]).toEqual({});
        });
      }
      if (behind[i]!.expected === DICT) {
        it(`lets unknown keys of ${field} through`, () => {
          const odd: unknown[] = [...long];
          odd[i + 1] = {
            x_own: Symbol('any'),
            _own: null,
            not_of_this_message: 1,
            constructor: 1,
            ['__proto__']: null,
          };
          expect(messageOf(odd)).toBe('accepted');
        });
      }
    }

    it('refuses what is too short or too long', () => {
      expect(messageOf(message.slice(0, -1))).toMatch(
        new RegExp(`^${name}: expected .*elements, got ${message.length - 1}$`),
      );
      const full = payload ? [...message, [], {}] : long;
      expect(messageOf([...full])).toBe('accepted');
      expect(messageOf([...full, {}])).toMatch(new RegExp(`^${name}: expected .*elements, got ${full.length + 1}$`));
    });

    it('is described field by field', () => {
      const described = describeMessage(parseMessage([...long]));
      expect(described['type']).toBe(message[0]);
      expect(Object.keys(described)).toEqual(['type', ...behind.map((field) => field.name)]);
      expect(Object.values(described)).toEqual(long);
    });

    if (payload) {
      it('takes a payload of any shape, and null for none', () => {
        const parsed = (...tail: unknown[]): readonly unknown[] =>
          parseMessage([...message, ...tail]).slice(message.length);
        expect(parsed()).toEqual([]);
        expect(parsed([])).toEqual([[]]);
        expect(parsed([], {})).toEqual([[], {}]);
        expect(parsed([1, null], { a: null })).toEqual([[1, null], { a: null }]);
        expect(parsed(null)).toEqual([]);
        expect(parsed(null, null)).toEqual([]);
        expect(parsed([1], null)).toEqual([[1]]);
        expect(parsed(null, { a: 1 })).toEqual([[], { a: 1 }]);
        expect(parsed(Uint8Array.of(1))).toEqual([Uint8Array.of(1)]);
      });

      it('refuses a payload of another kind', () => {
        for (const args of [1, 'x', {}, true]) {
          expect(messageOf([...message, args])).toMatch(new RegExp(`^${name}\\.args: expected a list, got `));
        }
        for (const kwargs of [1, 'x', [], true, Uint8Array.of(1)]) {
          expect(messageOf([...message, [], kwargs])).toMatch(
            new RegExp(`^${name}\\.kwargs: expected an object, got `),
          );
        }
      });

      it('is described with its payload', () => {
        const described = describeMessage(parseMessage([...message, [1], { a: 2 }]));
        expect([described['args'], described['kwargs']]).toEqual([[1], { a: 2 }]);
        expect('kwargs' in describeMessage(parseMessage([...message, [1]]))).toBeFalse();
      });
    }
  });
}

describe('parseMessage', () => {
  it('refuses what is no list', () => {
    for (const value of [undefined, null, 'x', 1, {}, Uint8Array.of(36)]) {
      expect(messageOf(value)).toMatch(/^A message must be a list, got /);
    }
  });

  it('refuses what does not begin with a known code', () => {
    const odd = [
      [],
      [7],
      [0],
      [-1],
      [37],
      [255],
      [256],
      [1024],
      ['36', 1, 2, {}],
      [[36], 1, 2, {}],
      [null],
      [36.5],
      [NaN],
      [1n],
    ];
    for (const value of [...odd, ['constructor'], ['__proto__'], ['toString']]) {
      expect(messageOf(value)).toMatch(/^A message must begin with a known message code, got /);
    }
  });

  it('says how many elements there may be', () => {
    expect(messageOf([33, 1])).toBe('SUBSCRIBED: expected 3 elements, got 2');
    expect(messageOf([35])).toBe('UNSUBSCRIBED: expected 2 to 3 elements, got 1');
    expect(messageOf([36, 1])).toBe('EVENT: expected 4 to 6 elements, got 2');
  });

  it('says what must be and what was', () => {
    expect(messageOf([36, 0, 1, {}])).toBe(
      'EVENT.subscription: expected an id (an integer from 1 to 2^53), got the number 0',
    );
    expect(messageOf([16, 1, { acknowledge: 1 }, 'com.t'])).toBe(
      'PUBLISH.options.acknowledge: expected a boolean, got the number 1',
    );
    expect(messageOf([69, 1, { mode: 'stop' }])).toMatch(
      /^INTERRUPT.options.mode: expected .*skip.*, got the string "stop"$/,
    );
  });

  it('takes an attribute for the same wherever it stands, but for free dictionaries', () => {
    expect(messageOf([16, 1, { retained: 1 }, 'com.t'])).toMatch(/^PUBLISH.options.retained: expected a boolean/);
    expect(messageOf([4, 'ticket', { retained: 1 }])).toBe('accepted');
    expect(messageOf([36, 1, 2, {}, [], { retained: 1 }])).toBe('accepted');
  });

  it('looks at own keys alone', () => {
    expect(messageOf([36, 1, 2, Object.create({ retained: 1 }) as object])).toMatch(/^EVENT.details.retained/);
    expect(messageOf([16, 1, { toString: 1 }, 'com.t'])).toBe('accepted');
  });
});

describe('message codes', () => {
  it('are those of the specification', () => {
    const codes = wamp as unknown as Record<string, unknown>;
    for (const { name, message } of TABLE) expect(codes[name]).withContext(name).toBe(message[0]);
    const named = Object.entries(codes).filter(([, value]) => typeof value === 'number');
    expect(named.length).toBe(TABLE.length);
  });

  it('have names; what is unknown is named by its number', () => {
    expect(messageName(36)).toBe('EVENT');
    expect(messageName(7)).toBe('7');
  });
});

describe('withPayload', () => {
  it('trims what is empty and keeps a list before a dictionary', () => {
    const end = (...payload: [args?: Args, kwargs?: Dict]): readonly unknown[] =>
      withPayload<wamp.MessageOf<70>>([70, 1, {}], ...payload).slice(3);
    expect(end()).toEqual([]);
    expect(end([])).toEqual([]);
    expect(end([], {})).toEqual([]);
    expect(end(undefined, {})).toEqual([]);
    expect(end([1], {})).toEqual([[1]]);
    expect(end([], { a: 1 })).toEqual([[], { a: 1 }]);
    expect(end(undefined, { a: 1 })).toEqual([[], { a: 1 }]);
    expect(end([1], { a: 1 })).toEqual([[1], { a: 1 }]);
    expect(end([null])).toEqual([[null]]);
    expect(end(Uint8Array.of(1))).toEqual([Uint8Array.of(1)]);
  });

  it('does not take inherited keys for a payload', () => {
    expect(withPayload<wamp.MessageOf<70>>([70, 1, {}], [], Object.create({ a: 1 }) as Dict).length).toBe(3);
  });
});
