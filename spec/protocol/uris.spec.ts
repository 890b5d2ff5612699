import { InvalidUriError } from '../../src/protocol/errors.ts';
import type { Match } from '../../src/protocol/uris.ts';
import { show } from '../../src/testing/show.ts';
import { assertUri, bestMatch, isUri, matchesUri } from '../../src/protocol/uris.ts';

const MATCHES: readonly Match[] = ['exact', 'prefix', 'wildcard'];
const forms = (uri: unknown, strict = false): string => MATCHES.filter((match) => isUri(uri, match, strict)).join(' ');

describe('URIs', () => {
  const loose: readonly (readonly [uri: unknown, fits: string])[] = [
    ['com.app.topic', 'exact prefix wildcard'],
    ['a', 'exact prefix wildcard'],
    ['Com-star.MyApp.**+$for', 'exact prefix wildcard'],
    ['com.täg.漢字', 'exact prefix wildcard'],
    ['com.app.', 'prefix wildcard'],
    ['', 'prefix wildcard'],
    ['.', 'wildcard'],
    ['com..topic', 'wildcard'],
    ['.app.', 'wildcard'],
    ['..', 'wildcard'],
    ['com app', ''],
    ['com.app\n', ''],
    ['com.\tapp', ''],
    ['com.#.app', ''],
    [7, ''],
    [null, ''],
    [undefined, ''],
    [['com.app'], ''],
  ];
  for (const [uri, fits] of loose) {
    it(`${show(uri)} is well-formed as ${fits || 'nothing'}`, () => {
      expect(forms(uri)).toBe(fits);
    });
  }

  it('are lower-case letters, digits and _ where the check is strict', () => {
    expect(forms('com.my_app.topic2', true)).toBe('exact prefix wildcard');
    expect(forms('com.my_app.', true)).toBe('prefix wildcard');
    expect(forms('com..topic2', true)).toBe('wildcard');
    for (const uri of ['Com.app', 'com.my-app', 'com.täg', 'com app'])
      expect(forms(uri, true)).withContext(uri).toBe('');
  });

  it('are checked in linear time', () => {
    const long = `${'a.'.repeat(50_000)} `;
    for (const match of MATCHES) expect(isUri(long, match)).toBeFalse();
  });

  it('malformed, are refused with their use, the rule and what came instead', () => {
    expect(() => assertUri('com.app', 'topic')).not.toThrow();
    expect(() => assertUri('com..x', 'topic', 'wildcard')).not.toThrow();
    expect(() => assertUri('com..x', 'subscribe(): topic')).toThrowError(
      InvalidUriError,
      'subscribe(): topic: expected a URI (components joined by dots, no white space, no #), got the string "com..x"',
    );
    expect(() => assertUri('a b', 'procedure', 'prefix')).toThrowError(
      InvalidUriError,
      /^procedure: expected a prefix pattern/,
    );
    expect(() => assertUri(undefined, 'realm')).toThrowError(InvalidUriError, /got nothing$/);
  });
});

describe('matchesUri', () => {
  const cases: readonly (readonly [uri: string, pattern: string, match: Match, matches: boolean])[] = [
    ['com.app', 'com.app', 'exact', true],
    ['com.app.x', 'com.app', 'exact', false],
    // a prefix is one of characters, not of components
    ['com.myapp.topic.emergency', 'com.myapp.topic.emergency', 'prefix', true],
    ['com.myapp.topic.emergency.11', 'com.myapp.topic.emergency', 'prefix', true],
    ['com.myapp.topic.emergency-low', 'com.myapp.topic.emergency', 'prefix', true],
    ['com.myapp.topic.emerge', 'com.myapp.topic.emergency', 'prefix', false],
    ['com.app', '', 'prefix', true],
    ['com.myapp.foo.userevent', 'com.myapp..userevent', 'wildcard', true],
    ['com.myapp.foo.bar.userevent', 'com.myapp..userevent', 'wildcard', false],
    ['com.myapp.userevent', 'com.myapp..userevent', 'wildcard', false],
    ['com.myapp.foo.other', 'com.myapp..userevent', 'wildcard', false],
    ['com.myapp', 'com.', 'wildcard', true],
    ['com.', 'com.', 'wildcard', false],
    ['com', '', 'wildcard', true],
    ['com.app', '', 'wildcard', false],
  ];
  for (const [uri, pattern, match, matches] of cases) {
    it(`'${uri}' is ${matches ? '' : 'not '}under '${pattern}' (${match})`, () => {
      expect(matchesUri(uri, pattern, match)).toBe(matches);
    });
  }
});

describe('bestMatch', () => {
  const registered = [
    { id: 1, uri: 'a1.b2.c3.d4.e55', match: 'exact' },
    { id: 2, uri: 'a1.b2.c3', match: 'prefix' },
    { id: 3, uri: 'a1.b2.c3.d4', match: 'prefix' },
    { id: 4, uri: 'a1.b2..d4.e5', match: 'wildcard' },
    { id: 5, uri: 'a1.b2.c33..e5', match: 'wildcard' },
    { id: 6, uri: 'a1.b2..d4.e5..g7', match: 'wildcard' },
    { id: 7, uri: 'a1.b2..d4..f6.g7', match: 'wildcard' },
  ] as const;
  // the table of the specification
  const calls: readonly (readonly [uri: string, chosen: number | undefined])[] = [
    ['a1.b2.c3.d4.e55', 1],
    ['a1.b2.c3.d98.e74', 2],
    ['a1.b2.c3.d4.e325', 3],
    ['a1.b2.c55.d4.e5', 4],
    ['a1.b2.c33.d4.e5', 5],
    ['a1.b2.c33.x', 2],
    ['a1.b2.c4.d4.e5', 4],
    ['a1.b2.c88.d4.e5.f6.g7', 6],
    ['a2.b2.c2.d2.e2', undefined],
  ];
  for (const [uri, chosen] of calls) {
    it(`takes ${chosen ?? 'none'} for ${uri}, whatever the order of registration`, () => {
      expect(bestMatch(uri, registered)?.id).toBe(chosen as 1);
      expect(bestMatch(uri, [...registered].reverse())?.id).toBe(chosen as 1);
    });
  }

  it('prefers, of wildcards, the one whose literal components come first', () => {
    const wildcards = registered.filter(({ match }) => match === 'wildcard');
    expect(bestMatch('a1.b2.c33.d4.e5', wildcards)?.id).toBe(5);
    expect(bestMatch('a1.b2.c33.d4.e5', [...wildcards].reverse())?.id).toBe(5);
  });

  it('prefers any prefix to any wildcard, and of equals the first', () => {
    const prefix = { uri: 'a', match: 'prefix' } as const;
    const wildcard = { uri: 'a.b.', match: 'wildcard' } as const;
    expect(bestMatch('a.b.c', [wildcard, prefix])).toBe(prefix);
    const first = { uri: 'a', match: 'exact' } as const;
    expect(bestMatch('a', [first, { ...first }])).toBe(first);
  });
});
