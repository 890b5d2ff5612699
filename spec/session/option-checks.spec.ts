// What the verbs take, what of it goes on the wire and under which name, and what they refuse.
import { of } from 'rxjs';
import { InvalidUriError } from '../../src/protocol/errors.ts';
import { checkSubscribe } from '../../src/session/option-checks.ts';
import type { CallOptions, RegisterOptions, SubscribeOptions } from '../../src/session/options.ts';
import { record } from '../../src/testing/record.ts';
import { show } from '../../src/testing/show.ts';
import { joined } from '../helpers/wire.ts';

const FORWARD = [{ session: 1, authid: 'a', authrole: 'b' }];

/** One option: a value, what it is on the wire (nothing where it stays here), and values that are refused. */
type Row = readonly [name: string, value: unknown, wire: Readonly<Record<string, unknown>>, wrong: readonly unknown[]];

const TAGS: readonly Row[] = [
  ['correlationId', Symbol('any'), {}, []],
  ['correlationUri', 'any', {}, []],
  ['correlationIsAnchor', 1, {}, []],
  ['correlationIsLast', null, {}, []],
  ['x_own', { a: 1 }, { x_own: { a: 1 } }, []],
  ['_own', 1, { _own: 1 }, []],
];

const hops: Row = [
  'forwardFor',
  FORWARD,
  { forward_for: FORWARD },
  [{}, [{ session: 0, authid: 'a', authrole: 'b' }], null],
];
const flag = (name: string, wire: string): readonly Row[] =>
  [true, false].map((value) => [name, value, { [wire]: value }, [1, 0, 'true', null]]);
const text = (name: string, wire: string): Row => [name, 'x', { [wire]: 'x' }, [1, true, null, ['x']]];
const match: readonly Row[] = ['exact', 'prefix', 'wildcard'].map((value) => [
  'match',
  value,
  { match: value },
  ['other', 1, null],
]);

interface Verb {
  readonly verb: string;
  readonly rows: readonly Row[];
  /** Uses the verb with options on a new session; returns what it sent as options, if it did. */
  readonly use: (options: object) => unknown;
}

const VERBS: readonly Verb[] = [
  {
    verb: 'subscribe("com.app.x")',
    use: (options) => {
      const { wamp, wire } = joined();
      record(wamp.subscribe('com.app.x', options as SubscribeOptions));
      return wire.take(32)[2];
    },
    rows: [
      ...match,
      ['getRetained', true, { get_retained: true }, [1, 'twice', null]],
      ['getRetained', 'once', { get_retained: true }, []],
      ['getRetained', false, {}, []],
      text('nkey', 'nkey'),
      hops,
      ['onSubscribed', () => undefined, {}, [true, 'f', null]],
    ],
  },
  {
    verb: 'register("com.app.x")',
    use: (options) => {
      const { wamp, wire } = joined();
      record(wamp.register('com.app.x', () => 1, options as RegisterOptions));
      return wire.take(64)[2];
    },
    rows: [
      ...match,
      ...['single', 'first', 'last', 'roundrobin', 'random'].map((value): Row => [
        'invoke',
        value,
        { invoke: value },
        ['other', 1, null],
      ]),
      ['concurrency', 3, { concurrency: 3 }, [0, -1, 1.5, '3', null]],
      ...flag('forceReregister', 'force_reregister'),
      ...flag('discloseCaller', 'disclose_caller'),
      ...flag('forwardTimeout', 'forward_timeout'),
      hops,
    ],
  },
  {
    verb: 'call("com.app.x")',
    use: (options) => {
      const { wamp, wire } = joined();
      record(wamp.call('com.app.x', [], {}, options as CallOptions)).stop();
      return wire.take(48)[2];
    },
    rows: [
      ['progress', true, { receive_progress: true }, [1, 'true', null]],
      ['progress', false, {}, []],
      ['timeout', 1000, { timeout: 1000 }, [-1, '1000', NaN, null]],
      ['timeout', 10.5, { timeout: 11 }, []],
      ['timeout', 0, {}, []],
      ['deadline', 1000, {}, [-1, '1000', NaN, null]],
      ...['skip', 'kill', 'killnowait'].map((value): Row => ['cancelMode', value, {}, ['other', 1, null]]),
      ...flag('discloseMe', 'disclose_me'),
      text('rkey', 'rkey'),
      text('runmode', 'runmode'),
      ['caller', 2 ** 53, { caller: 2 ** 53 }, [0, '1', null]],
      text('callerAuthid', 'caller_authid'),
      text('callerAuthrole', 'caller_authrole'),
      text('transactionHash', 'transaction_hash'),
      hops,
    ],
  },
  {
    verb: 'publish("com.app.x")',
    use: (options) => {
      const { wamp, wire } = joined();
      wamp.publish('com.app.x', [], {}, options);
      return wire.take(16)[2];
    },
    rows: [
      ...flag('acknowledge', 'acknowledge'),
      ...flag('excludeMe', 'exclude_me'),
      ...flag('discloseMe', 'disclose_me'),
      ...flag('retain', 'retain'),
      ...['exclude', 'eligible'].flatMap((list): Row[] => [
        [list, 5, { [list]: [5] }, ['x', 0, [0], null]],
        [list, [5, 6], { [list]: [5, 6] }, []],
        [list, [], { [list]: [] }, []],
        [`${list}Authid`, 'joe', { [`${list}_authid`]: ['joe'] }, [1, [1], null]],
        [`${list}Authid`, ['joe', 'ann'], { [`${list}_authid`]: ['joe', 'ann'] }, []],
        [`${list}Authrole`, 'user', { [`${list}_authrole`]: ['user'] }, [1, [1], null]],
        [`${list}Authrole`, [], { [`${list}_authrole`]: [] }, []],
      ]),
      text('rkey', 'rkey'),
      text('transactionHash', 'transaction_hash'),
      hops,
    ],
  },
];

for (const { verb, use, rows } of VERBS) {
  describe(`options of ${verb}`, () => {
    for (const [name, value, wire, wrong] of [...rows, ...TAGS]) {
      it(`${name}: ${show(value)} is ${JSON.stringify(wire)} on the wire`, () => {
        expect(use({ [name]: value })).toEqual(wire);
      });

      if (wrong.length === 0) continue;
      it(`${name} (${show(value)}) refuses other types, and says so`, () => {
        for (const bad of wrong) {
          const attempt = (): unknown => use({ [name]: bad });
          expect(attempt).toThrowError(TypeError, new RegExp(`\\b${name} must be .+, got .+`));
          expect(attempt).toThrowMatching((error: Error) => error.message.startsWith(verb));
        }
      });
    }

    it('together go together', () => {
      const last = new Map(rows.map((row) => [row[0], row] as const));
      const all = Object.fromEntries([...last.values()].map(([name, value]) => [name, value]));
      expect(use(all)).toEqual(Object.assign({}, ...[...last.values()].map(([, , wire]) => wire)) as object);
    });

    it('that are undefined are left out', () => {
      expect(use(Object.fromEntries(rows.map(([name]) => [name, undefined])))).toEqual({});
    });

    for (const [unknown, hint] of [
      ['nonsense', /known are .*forwardFor/],
      ['forward_for', /known are .*forwardFor/],
      ['FORWARDFOR', /known are .*forwardFor/],
      ['toString', /unknown option 'toString'/],
      ['x_', /unknown option 'x_'/],
    ] as const) {
      it(`unknown ones are named: ${unknown}`, () => {
        expect(() => use({ [unknown]: 1 })).toThrowError(TypeError, new RegExp(`unknown option '${unknown}'`));
        expect(() => use({ [unknown]: 1 })).toThrowError(TypeError, hint);
      });
    }

    it('must be an object', () => {
      for (const bad of [null, 1, 'x', [], true, () => 1]) {
        expect(() => use(bad as object)).toThrowError(TypeError, /options must be an object, got /);
      }
    });

    it('are not changed, and may be frozen', () => {
      const options = Object.freeze({ forwardFor: Object.freeze(FORWARD) });
      use(options);
      expect(options).toEqual({ forwardFor: FORWARD });
    });
  });
}

describe('timeout', () => {
  it('stays here where the router did not announce call_timeout', () => {
    const { wamp, wire } = joined({ features: { dealer: 'call_canceling', broker: '' } });
    record(wamp.call('com.app.x', [], {}, { timeout: 1000 })).stop();
    expect(wire.take(48)).toEqual([48, 1, {}, 'com.app.x']);
  });
});

describe('URIs given to the verbs', () => {
  const { wamp, wire } = joined();
  for (const bad of ['', 'com..app', 'com.app.', 'a b', 'a#b', 7, undefined, null, {}]) {
    const uri = bad as string;
    it(`${show(bad)} is refused at the call, by each verb`, () => {
      expect(() => wamp.subscribe(uri)).toThrowError(InvalidUriError, /^subscribe\(\): topic/);
      expect(() => wamp.register(uri, () => 1)).toThrowError(InvalidUriError, /^register\(\): procedure/);
      expect(() => wamp.call(uri)).toThrowError(InvalidUriError, /^call\(\): procedure/);
      expect(() => wamp.publish(uri)).toThrowError(InvalidUriError, /^publish\(\): topic/);
      expect(wire.rest()).toEqual([]);
    });
  }

  it('match as an own option says so, not one that the options inherit', () => {
    const inherited = Object.create({ match: 'prefix' }) as object;
    expect(checkSubscribe('com.app.x', inherited)).toEqual(jasmine.objectContaining({ match: 'exact', wire: {} }));
    expect(() => checkSubscribe('com.app.', inherited)).toThrowError(InvalidUriError);
  });

  it('may be patterns where match says so', () => {
    expect(() => wamp.subscribe('com..app', { match: 'wildcard' })).not.toThrow();
    expect(() => wamp.register('com.app.', () => 1, { match: 'prefix' })).not.toThrow();
    expect(() => wamp.subscribe('com..app', { match: 'prefix' })).toThrowError(InvalidUriError, /prefix/);
  });
});

describe('arguments of call and publish', () => {
  const { wamp, wire } = joined();
  const VERBS = { call: wamp.call.bind(wamp), publish: wamp.publish.bind(wamp) };
  type Loose = (...args: readonly unknown[]) => unknown;
  for (const [name, typed] of Object.entries(VERBS)) {
    const verb = typed as unknown as Loose;
    describe(name, () => {
      const args: readonly (readonly [what: string, bad: unknown])[] = [
        ['text', 'x'],
        ['a number', 1],
        ['null', null],
        ['binary', Uint8Array.of(1)],
        ['a function', () => 1],
        ['a Date', new Date(0)],
        ['a Map', new Map([['a', 1]])],
        ['a Promise', Promise.resolve([1])],
      ];
      for (const [what, bad] of args) {
        it(`${what} is no list of arguments`, () => {
          expect(() => verb('com.app.x', bad)).toThrowError(TypeError, new RegExp(`^${name}\\("com.app.x"\\): `));
          expect(() => verb('com.app.x', { args: bad })).toThrowError(TypeError, /args must be a list/);
        });

        if (typeof bad === 'string' || bad === null || bad instanceof Date || bad instanceof Map) {
          it(`${what} is no dictionary of arguments`, () => {
            expect(() => verb('com.app.x', [], bad)).toThrowError(TypeError, /kwargs must be an object/);
            expect(() => verb('com.app.x', { kwargs: bad })).toThrowError(TypeError, /kwargs must be an object/);
          });
        }
      }

      it('kwargs are data, whatever their names', () => {
        const data = [
          { timeout: 5 },
          { progress: true, discloseMe: true },
          { acknowledge: 'no' },
          { args: 1, kwargs: 2, options: 3 },
          { caller: 'joe', name: 'x' },
          { x_private: 1 },
          { match: 'some' },
        ];
        for (const kwargs of data) {
          for (const given of [[[], kwargs], [undefined, kwargs], [[], kwargs, {}], [{ kwargs }]]) {
            wire.rest();
            const made = verb('com.app.x', ...given);
            if (name === 'call') record(made as ReturnType<typeof wamp.call>).stop();
            expect(wire.rest()[0]?.slice(2)).toEqual([{}, 'com.app.x', [], kwargs]);
          }
        }
      });

      it('one object holds args, kwargs and options, and nothing else', () => {
        wire.rest();
        const made = verb('com.app.x', { args: [1], kwargs: { a: 2 }, discloseMe: true });
        if (name === 'call') record(made as ReturnType<typeof wamp.call>).stop();
        expect(wire.rest()[0]?.slice(2)).toEqual([{ disclose_me: true }, 'com.app.x', [1], { a: 2 }]);
        expect(() => verb('com.app.x', { price: 1 })).toThrowError(TypeError, /unknown option 'price'/);
        expect(() => verb('com.app.x', { args: [1] }, { a: 1 })).toThrowError(TypeError, /one object/);
      });
    });
  }

  it('a publication takes no stream of arguments', () => {
    expect(() => wamp.publish('com.app.x', of([1]) as unknown as unknown[])).toThrowError(
      TypeError,
      /args must be a list/,
    );
  });

  it('the caller’s own list and dictionary are left as they are', () => {
    const [list, dict] = [Object.freeze([1, undefined]), Object.freeze({ a: undefined, b: 1 })];
    wire.rest();
    wamp.publish('com.app.x', list, dict);
    expect(wire.take(16).slice(4)).toEqual([[1, null], { b: 1 }]);
    expect([list, dict]).toEqual([[1, undefined], { a: undefined, b: 1 }]);
  });
});

describe('a handler', () => {
  it('must be a function', () => {
    const { wamp } = joined();
    for (const bad of [undefined, null, 1, {}, Promise.resolve()]) {
      expect(() => wamp.register('com.app.x', bad as () => void)).toThrowError(
        TypeError,
        /^register\("com.app.x"\): handler must be a function, got /,
      );
    }
  });
});
