// What holds of all serializers whatever is sent and whatever comes. What holds of wire values alone is in rules.spec.ts.
import fc from 'fast-check';
import { ProtocolError, SerializationError } from '../../src/protocol/errors.ts';
import { parseMessage } from '../../src/protocol/messages.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { almostMessage, anything, holds, payload, payloadHead, unpolluted } from '../helpers/arbitrary.ts';

/** Halves of characters that stand alone. */
const LONE = /\p{Surrogate}/u;
const all: readonly Serializer[] = [json(), cbor(), msgpack()];

/** The frame, or undefined where it is refused as it should be. */
function written(serializer: Serializer, message: readonly unknown[]): string | Uint8Array | undefined {
  try {
    return serializer.encode(message);
  } catch (error) {
    throwUnless(error).withContext(serializer.id).toBeInstanceOf(SerializationError);
    throwUnless((error as Error).message).toMatch(/\S/);
    return undefined;
  }
}

/** Reads a frame and takes it for a message: one comes, or a ProtocolError with a sentence. */
function read(serializer: Serializer, frame: string | Uint8Array): void {
  try {
    parseMessage(serializer.decode(frame));
  } catch (error) {
    throwUnless(error).withContext(serializer.id).toBeInstanceOf(ProtocolError);
    throwUnless((error as Error).message).toMatch(/\w \w/);
  }
}

describe('serializers, whatever is sent', () => {
  it('write it or throw a SerializationError; what was written can be read', () => {
    unpolluted(() => {
      holds(
        fc.property(anything, (value) => {
          for (const serializer of all) {
            const frame = written(serializer, [36, 1, 2, {}, [value]]);
            if (frame === undefined) continue;
            const [type, subscription, publication, details, args] = serializer.decode(frame) as unknown[];
            throwUnless([type, subscription, publication, details]).toEqual([36, 1, 2, {}]);
            throwUnless((args as unknown[]).length).toBe(1);
            // what has been read is made of wire values, which come back as they are
            const again = serializer.decode(serializer.encode([args])) as unknown[];
            if (!oddInJson(value)) throwUnless(again).toEqual([args]);
          }
        }),
        400,
      );
    });
  });

  it('agree on what can be sent, and on what it is when it comes', () => {
    unpolluted(() => {
      holds(
        fc.property(anything, (value) => {
          const [text, ...binary] = all.map((serializer) => {
            const frame = written(serializer, [value]);
            return frame === undefined ? 'refused' : serializer.decode(frame);
          });
          throwUnless(binary[0]).toEqual(binary[1]);
          // what JSON alone cannot say: text that begins with NUL, halves of characters outside, large integers
          if (!oddInJson(value)) throwUnless(binary[0]).toEqual(text);
        }),
        600,
      );
    });
  });

  it('replace halves of characters, and keep everything around them', () => {
    const half = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
    const around = fc.string({ unit: 'binary', maxLength: 40 });
    holds(
      fc.property(around, half, around, (before, lone, after) => {
        const text = `a${before}.${lone}.${after}`;
        for (const serializer of all) {
          const [came] = serializer.decode(serializer.encode([text])) as [string];
          throwUnless(came === text || came === text.replaceAll(new RegExp(LONE, 'gu'), '\uFFFD'))
            .withContext(serializer.id)
            .toBeTrue();
        }
      }),
      300,
    );
  });

  it('turn whatever the own code of the application throws into a SerializationError', () => {
    holds(
      fc.property(anything, fc.boolean(), (thrown, getter) => {
        const raise = (): never => {
          throw thrown;
        };
        const value = getter ? Object.defineProperty({}, 'a', { get: raise, enumerable: true }) : { toJSON: raise };
        for (const serializer of all) throwUnless(written(serializer, [36, 1, 2, {}, [value]])).toBeUndefined();
      }),
      300,
    );
  });

  it('refuse what is not finite, anywhere', () => {
    const odd = fc.constantFrom(NaN, Infinity, -Infinity);
    holds(
      fc.property(fc.jsonValue(), fc.string(), odd, (data, key, number) => {
        for (const serializer of all) {
          for (const value of [[data, number], { data, [`k${key}`]: number }, { deep: [{ [`k${key}`]: [number] }] }]) {
            throwUnless(written(serializer, [36, 1, 2, {}, [value]]))
              .withContext(serializer.id)
              .toBeUndefined();
          }
        }
      }),
      100,
    );
  });

  it('write -0 as 0', () => {
    for (const serializer of all) {
      const [zero] = serializer.decode(serializer.encode([-0])) as [number];
      expect(Object.is(zero, 0)).withContext(serializer.id).toBeTrue();
    }
  });

  it('carry every well-formed message there and back', () => {
    unpolluted(() => {
      holds(
        fc.property(payloadHead, payload, (head, [args, kwargs]) => {
          const message = [...head, ...(kwargs ? [args ?? [], kwargs] : args ? [args] : [])];
          if (oddInJson(message)) return;
          for (const serializer of all) {
            const came = parseMessage(serializer.decode(serializer.encode(message)));
            throwUnless(came as unknown)
              .withContext(serializer.id)
              .toEqual(message);
          }
        }),
        500,
      );
    });
  });
});

describe('serializers, whatever comes', () => {
  it('give a message or a ProtocolError for messages that were damaged on the way', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'drop', 'add')), {
      minLength: 1,
      maxLength: 5,
    });
    unpolluted(() => {
      holds(
        fc.property(almostMessage, damage, (message, damages) => {
          for (const serializer of all) {
            const frame = written(serializer, message);
            if (frame === undefined) continue;
            const bytes = [...(typeof frame === 'string' ? new TextEncoder().encode(frame) : frame)];
            for (const [place, byte, how] of damages) {
              bytes.splice(place % bytes.length, how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [byte]));
              if (bytes.length === 0) bytes.push(byte);
            }
            const damaged = Uint8Array.from(bytes);
            read(serializer, damaged);
            if (!serializer.binary) read(serializer, new TextDecoder().decode(damaged));
          }
        }),
        600,
      );
    });
  });

  it('of a binary format, do so for heads that promise more than there is', () => {
    const head = fc.uint8Array({ minLength: 1, maxLength: 9 });
    const noise = fc.uint8Array({ maxLength: 30 });
    const start = fc.constantFrom(0x81, 0x91, 0x9f, 0xbf, 0xdd, 0xdf, 0xc6, 0xdb, 0x9b, 0xbb, 0x7b, 0x5b, 0xc0, 0xd8);
    unpolluted(() => {
      holds(
        fc.property(start, head, noise, (first, length, rest) => {
          for (const serializer of all) read(serializer, Uint8Array.of(first, ...length, ...rest));
        }),
        1500,
      );
    });
  });

  it('of JSON, do so for any text', () => {
    unpolluted(() => {
      holds(
        fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.json({ stringUnit: 'binary' })), (text) => {
          read(all[0] as Serializer, text);
        }),
        600,
      );
    });
  });

  it('of JSON, take text that begins with NUL for bytes where it is base64, wherever it stands, and leave it otherwise', () => {
    const base64 = fc.base64String();
    holds(
      fc.property(fc.oneof(base64, fc.string({ unit: 'binary' })), fc.constantFrom('__proto__', 'a'), (rest, key) => {
        const text = `[36,1,2,{},[${JSON.stringify(`\0${rest}`)},{"${key}":${JSON.stringify(`\0${rest}`)}}]]`;
        const args = (json().decode(text) as unknown[])[4] as unknown[];
        if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(rest)) {
          throwUnless(args[0]).toBeInstanceOf(Uint8Array);
        } else if (/[^A-Za-z0-9+/=_\s-]/.test(rest)) throwUnless(args[0]).toBe(`\0${rest}`);
        throwUnless(Object.entries(args[1] as object)).toEqual([[key, args[0]]]);
      }),
      500,
    );
  });
});

/** Whether JSON has no way to say it, or to say all of it. */
function oddInJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.startsWith('\0') || LONE.test(value);
    case 'bigint':
      return true;
    case 'number':
      return Math.abs(value) > Number.MAX_SAFE_INTEGER;
    case 'object':
      if (value === null || value instanceof Uint8Array) return false;
      if (Array.isArray(value)) return value.some(oddInJson);
      return Object.entries(value).some(([key, member]) => oddInJson(key.replace(/^\0+/, '')) || oddInJson(member));
    default:
      return false;
  }
}
