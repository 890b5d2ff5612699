import fc from 'fast-check';
import { InvalidUriError } from '../../src/protocol/errors.ts';
import { uriPattern } from '../../src/protocol/pattern.ts';
import { matchesUri } from '../../src/protocol/uris.ts';

/** What a call throws. */
const thrown = (act: () => unknown): Error => {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('uriPattern()', () => {
  it('asks routers for what they can match', () => {
    const asked = (text: string): unknown[] => {
      const { wire, options } = uriPattern(text);
      return [wire, options.match];
    };
    expect(asked('com.shop.<sku>.price')).toEqual(['com.shop..price', 'wildcard']);
    expect(asked('<a>.<b:int>.<c:str>.<d:string>')).toEqual(['...', 'wildcard']);
    expect(asked('com.shop..<sku>')).toEqual(['com.shop..', 'wildcard']);
    expect(asked('com..price')).toEqual(['com..price', 'wildcard']);
    expect(asked('com.log.<rest:suffix>')).toEqual(['com.log.', 'prefix']);
    expect(asked('<rest:suffix>')).toEqual(['', 'prefix']);
    expect(asked('com.shop.price')).toEqual(['com.shop.price', 'exact']);
    expect(uriPattern('com.<x>').text).toBe('com.<x>');
  });

  it('reads the parts of a URI, converted', () => {
    const order = uriPattern('com.shop.<id:int>.<state>.x');
    expect(order.match('com.shop.42.open.x')).toEqual({ id: 42, state: 'open' });
    expect(order.parse('com.shop.-7.Über-all.x')).toEqual({ id: -7, state: 'Über-all' });
    expect(uriPattern('log.<rest:suffix>').match('log.a.b.c')).toEqual({ rest: 'a.b.c' });
    expect(uriPattern('<rest:suffix>').match('log')).toEqual({ rest: 'log' });
    expect(uriPattern('a..<b>').match('a.x.y')).toEqual({ b: 'y' });
    expect(uriPattern('a.b').match('a.b')).toEqual({});
    expect(Object.is(uriPattern('<n:int>').parse('-0').n, 0)).toBeTrue();
  });

  it('does not match what differs, or has a part of another kind', () => {
    const order = uriPattern('com.shop.<id:int>');
    const others = [
      'com.shop',
      'com.shop.1.2',
      'com.store.1',
      'com.shop.x',
      'com.shop.',
      'com.shop.1e3',
      'com.shop.1 ',
    ];
    for (const uri of [...others, 'com.shop.9007199254740993', 'com.shop.0x10', 'com.shop.1_000']) {
      expect(order.match(uri)).withContext(uri).toBeUndefined();
    }
    expect(uriPattern('log.<rest:suffix>').match('log')).toBeUndefined();
    expect(uriPattern('log.<rest:suffix>').match('log.')).toBeUndefined();
    expect(uriPattern('log.<rest:suffix>').match('lot.x')).toBeUndefined();
    expect(uriPattern('a..<b>').match('a..y')).toBeUndefined();
  });

  it('says why, where a URI has to match', () => {
    const order = uriPattern('com.shop.<id:int>');
    expect(() => order.parse('com.shop.x')).toThrowError(
      TypeError,
      'com.shop.x does not match com.shop.<id:int>: id must be an integer, got the string "x"',
    );
    expect(() => order.parse('com.shop')).toThrowError(TypeError, /the number of components differs/);
    expect(() => order.parse('com.store.1')).toThrowError(TypeError, /shop is not store/);
    expect(() => uriPattern('a..b').parse('a..b')).toThrowError(TypeError, /a part must be one component of a URI/);
  });

  it('makes the URI that has given parts', () => {
    expect(uriPattern('com.shop.<sku>.<id:int>').uri({ sku: 'tea', id: 7 })).toBe('com.shop.tea.7');
    expect(uriPattern('log.<rest:suffix>').uri({ rest: 'a.b' })).toBe('log.a.b');
    expect(uriPattern('com.shop').uri({})).toBe('com.shop');
  });

  it('refuses parts that cannot stand in a URI', () => {
    const order = uriPattern('com.<sku>.<id:int>');
    const making = (parts: object) => () => order.uri(parts as never);
    for (const sku of ['a.b', '', 'a b', 'a#', undefined, 7]) {
      expect(making({ sku, id: 1 })).toThrowError(
        TypeError,
        /^uriPattern\("com.<sku>.<id:int>"\).uri\(\): sku must be one/,
      );
    }
    for (const id of [1.5, '1', NaN, 2 ** 53, undefined]) {
      expect(making({ sku: 'x', id })).toThrowError(TypeError, /id must be an integer/);
    }
    expect(making({ sku: 'x', id: 1, more: 2 })).toThrowError(TypeError, /there is no part more; known are sku, id/);
    expect(() => uriPattern('a.<b:suffix>').uri({ b: 'a..b' })).toThrowError(TypeError, /b must be the end of a URI/);
    expect(() => uriPattern('a..b').uri({})).toThrowError(TypeError, /a component has no name/);
    expect(() => uriPattern('a.<constructor>').uri({} as never)).toThrowError(TypeError, /constructor must be/);
  });

  it('refuses texts that are no pattern', () => {
    const why = (text: unknown): string => thrown(() => uriPattern(text as string)).message;
    for (const part of ['<sku', 'sku>', '<>', '<1a>', '<a:float>', '<a:>', 'x<a>', '<a b>']) {
      expect(why(`com.${part}.x`))
        .withContext(part)
        .toContain(`${part} is no part; parts are <name>`);
    }
    expect(why('<a>.<a:int>')).toBe('uriPattern("<a>.<a:int>"): there are two parts of the name a');
    expect(why('a.<b:suffix>.c')).toContain('a suffix can only stand at the end');
    expect(why('<a>.<b:suffix>')).toContain('a suffix cannot stand beside other parts');
    expect(why('a..<b:suffix>')).toContain('a suffix cannot stand beside other parts');
    expect(why(5)).toBe('uriPattern(): expected a string, got the number 5');
    expect(thrown(() => uriPattern('com.a b.<x>'))).toBeInstanceOf(InvalidUriError);
  });

  it('takes any name for a part', () => {
    const parts = uriPattern('<__proto__>.<toString>').parse('a.b') as unknown as Record<string, unknown>;
    expect(Object.entries(parts)).toEqual([
      ['__proto__', 'a'],
      ['toString', 'b'],
    ]);
  });

  it('reads back what it has made, of URIs that a router would hand to it', () => {
    const component = fc.stringMatching(/^[^\s.#<>]+$/);
    const parts = fc.record({ a: component, n: fc.maxSafeInteger(), b: component });
    fc.assert(
      fc.property(parts, component, (given, literal) => {
        const pattern = uriPattern(`<a>.${literal}.<n:int>.<b:str>` as '<a>.x.<n:int>.<b:str>');
        const uri = pattern.uri(given);
        expect(matchesUri(uri, pattern.wire, pattern.options.match)).toBeTrue();
        expect(pattern.parse(uri)).toEqual({ ...given, n: given.n + 0 });
      }),
    );
    fc.assert(
      fc.property(fc.array(component, { minLength: 1 }), (components) => {
        const pattern = uriPattern('x.<rest:suffix>');
        const uri = pattern.uri({ rest: components.join('.') });
        expect(matchesUri(uri, pattern.wire, pattern.options.match)).toBeTrue();
        expect(pattern.parse(uri)).toEqual({ rest: components.join('.') });
      }),
    );
  });
});
