import { ProtocolError, SerializationError } from '../../src/protocol/errors.ts';
import { json } from '../../src/serializers/json.ts';

describe('json', () => {
  const { encode, decode } = json();

  it('names itself', () => {
    expect(json()).toEqual(jasmine.objectContaining({ id: 'json', subprotocol: 'wamp.2.json', binary: false }));
  });

  it('is what JSON.stringify writes, for plain data', () => {
    const message = [36, 5512315355, 9007199254740992, { topic: 'a.b' }, [1, -2.5e-7, true, null, 'ü"\n'], { k: {} }];
    expect(encode(message)).toBe(JSON.stringify(message));
  });

  it('leaves plain data to JSON.stringify whole, for speed', () => {
    const stringify = spyOn(JSON, 'stringify').and.callThrough();
    encode([36, 1, 2, {}, [{ a: 1, at: new Date(0) }]]);
    expect(stringify).toHaveBeenCalledTimes(1);
  });

  it('writes bigints as integer literals', () => {
    expect(encode([36, 1, 2, {}, [18446744073709551615n, -9223372036854775808n, 7n]])).toBe(
      '[36,1,2,{},[18446744073709551615,-9223372036854775808,7]]',
    );
  });

  it('writes bytes as NUL and base64 anywhere, and reads them so', () => {
    const message = [36, 1, 2, {}, Uint8Array.of(251, 255), { deep: [Uint8Array.of(0)] }];
    const text = '[36,1,2,{},"\\u0000+/8=",{"deep":["\\u0000AA=="]}]';
    expect(encode(message)).toBe(text);
    expect(decode(text)).toEqual(message);
  });

  it('reads base64 without padding', () => {
    expect(decode('["\\u0000AA"]')).toEqual([Uint8Array.of(0)]);
  });

  it('leaves alone a NUL that is not at the beginning, and keys', () => {
    const message = [36, 1, 2, {}, ['a"\0b', { '\0k': 'v' }]];
    expect(decode(encode(message) as string)).toEqual(message);
  });

  it('refuses text that begins with NUL: it would arrive as bytes', () => {
    expect(() => encode([36, 1, 2, {}, [{ t: '\0abc' }]])).toThrowError(SerializationError, /^args\[0\]\.t.*NUL/);
  });

  it('leaves text as it is that begins with NUL and is no base64', () => {
    for (const text of ['\0*', '\0AA*A', '\0A', '\0AAAA*', '\0\0']) {
      const frame = `[36,1,2,{},[${JSON.stringify(text)},"\\u0000AA=="]]`;
      expect(decode(frame)).toEqual([36, 1, 2, {}, [text, Uint8Array.of(0)]]);
    }
  });

  it('takes the words NaN and Infinity for null, as some peers write them, but not in text', () => {
    expect(decode('[NaN,{"NaN":-Infinity,"a\\"NaN":"Infinity, NaN"},[Infinity]]')).toEqual([
      null,
      { NaN: null, 'a"NaN': 'Infinity, NaN' },
      [null],
    ]);
    for (const frame of ['[NaNs]', '[+NaN]', '[Infinity', '["NaN]', '[undefined]']) {
      expect(() => decode(frame))
        .withContext(frame)
        .toThrowError(ProtocolError);
    }
  });

  it('looks for such words in a time that grows with the length alone', () => {
    for (const frame of [`["${'\\"'.repeat(500_000)}`, `[NaN,"${'"'.repeat(500_000)}`, `[${'NaN,'.repeat(200_000)}`]) {
      expect(() => decode(frame)).toThrowError(ProtocolError);
    }
  });

  it('reads bytes of UTF-8 too', () => {
    expect(decode(new TextEncoder().encode('[1,"ü"]'))).toEqual([1, 'ü']);
  });

  it('does not overflow the stack on 100 000 levels with bytes in them', () => {
    const text = `${'['.repeat(100_000)}"\\u0000AA=="${']'.repeat(100_000)}`;
    expect(() => decode(text)).toThrowError(ProtocolError);
  });

  it('bounds depth, also where a frame is long and not deep', () => {
    const levels = (n: number): string => `${'['.repeat(n)}${']'.repeat(n)}`;
    const objects = (n: number): string => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`;
    expect(() => decode(levels(1001))).not.toThrow();
    expect(() => decode(levels(1002))).toThrowError(ProtocolError, /1000 levels/);
    expect(() => decode(objects(1001))).not.toThrow();
    expect(() => decode(objects(1002))).toThrowError(ProtocolError, /1000 levels/);
    expect(() => decode(`[${'[],{},'.repeat(5000)}${levels(1001)}]`)).toThrowError(ProtocolError, /1000 levels/);
    expect((decode(`[${'[],{},'.repeat(5000)}"${'['.repeat(5000)}"]`) as unknown[]).length).toBe(10_001);
  });

  it('says what was wrong', () => {
    expect(() => decode('[1,')).toThrowError(ProtocolError, /not JSON: /);
  });
});
