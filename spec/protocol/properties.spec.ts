// What holds of the protocol whatever comes.
import fc from 'fast-check';
import {
  describeMessage,
  messageName,
  parseMessage,
  withPayload,
  type Message,
  type PayloadMessage,
} from '../../src/protocol/messages.ts';
import { InvalidUriError, ProtocolError } from '../../src/protocol/errors.ts';
import { kindOf } from '../../src/protocol/kind-of.ts';
import { camelised } from '../../src/protocol/attributes.ts';
import { fromWire, toWire } from '../../src/protocol/names.ts';
import { supports } from '../../src/protocol/features.ts';
import { isId } from '../../src/protocol/ids.ts';
import { assertUri, bestMatch, isUri, matchesUri, type Match } from '../../src/protocol/uris.ts';
import { almostMessage, anything, holds, payload, payloadHead, unpolluted } from '../helpers/arbitrary.ts';

/** The message, or undefined where it is refused as it should be. */
function parsed(value: unknown): Message | undefined {
  try {
    return parseMessage(value);
  } catch (error) {
    throwUnless(error).toBeInstanceOf(ProtocolError);
    throwUnless((error as Error).message).toMatch(/(expected|must) .*got /);
    throwUnless((error as Error).message.length).toBeLessThan(400);
    return undefined;
  }
}

describe('parseMessage, whatever comes', () => {
  it('gives a message or a ProtocolError with a sentence', () => {
    unpolluted(() => {
      holds(
        fc.property(anything, (value) => {
          parsed(value);
        }),
        1000,
      );
    });
  });

  it('gives what can be described, and read again as the same', () => {
    let taken = 0;
    unpolluted(() => {
      holds(
        fc.property(almostMessage, (value) => {
          const message = parsed(value);
          if (!message) return;
          taken++;
          throwUnless(message as unknown).toBe(value);
          const fields = describeMessage(message);
          throwUnless(Object.values(fields)).toEqual([...message]);
          throwUnless(messageName(message[0])).toMatch(/^[A-Z_]+$/);
          throwUnless(Object.getPrototypeOf(fields)).toBe(Object.prototype);
          const before = [...message];
          throwUnless([...parseMessage(message)] as unknown).toEqual(before);
        }),
        2000,
      );
    });
    expect(taken).withContext('messages among what came').toBeGreaterThan(100);
  });

  it('refuses what is cut off, or has one element more than there may be', () => {
    holds(
      fc.property(payloadHead, payload, (head, [args, kwargs]) => {
        const required = head.length;
        const message = withPayload<PayloadMessage>([...head], args, kwargs);
        throwUnless(parsed(message)).toBeDefined();
        for (let length = 0; length < required; length++) throwUnless(parsed(message.slice(0, length))).toBeUndefined();
        throwUnless(parsed([...head, [], {}, null])).toBeUndefined();
      }),
      300,
    );
  });
});

describe('withPayload, whatever the payload', () => {
  it('ends with nothing that is empty, and loses nothing', () => {
    holds(
      fc.property(payloadHead, payload, (head, [args, kwargs]) => {
        const { length } = head;
        const message: readonly unknown[] = withPayload<PayloadMessage>([...head], args, kwargs);
        throwUnless(message.slice(0, length)).toEqual(head);
        const rest = message.slice(length);
        throwUnless(rest[0] ?? []).toEqual(args ?? []);
        throwUnless(rest[1] ?? {}).toEqual({ ...kwargs });
        const last = rest.at(-1);
        if (last !== undefined) throwUnless(Object.keys(last as object).length).toBeGreaterThan(0);
      }),
      500,
    );
  });
});

describe('small things of the protocol, whatever comes', () => {
  it('kindOf() says a few words', () => {
    holds(
      fc.property(anything, (value) => {
        throwUnless(kindOf(value)).toMatch(/^(an?|the|nothing|null|binary)/);
        throwUnless(kindOf(value).length).toBeLessThan(400);
      }),
      1000,
    );
  });

  it('supports() is true or false', () => {
    holds(
      fc.property(anything, fc.string(), fc.string(), (roles, role, feature) => {
        throwUnless(supports({ roles }, role, feature)).toBeInstanceOf(Boolean);
        throwUnless(supports({ roles: { [role]: roles } }, role, feature)).toBeFalse();
      }),
      500,
    );
  });

  it('isId() takes integers from 1 to 2^53 and nothing else', () => {
    holds(
      fc.property(fc.oneof(anything, fc.double()), (value) => {
        const id = typeof value === 'number' && value >= 1 && value <= 2 ** 53 && Math.floor(value) === value;
        throwUnless(isId(value)).toBe(id);
      }),
      1000,
    );
    holds(fc.property(fc.maxSafeNat(), (n) => isId(n) === n > 0));
  });

  it('names of the wire come back from camelCase, and no key is lost', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(_[a-z][a-z0-9]{0,5}){0,3}$/);
    const known = name.filter((wire) => !wire.startsWith('x_'));
    holds(fc.property(known, (wire) => toWire(fromWire(wire)) === wire));
    unpolluted(() => {
      holds(
        fc.property(fc.uniqueArray(known), (keys) => {
          const all = [...keys, '__proto__', 'x_own', '_own'];
          const dictionary = Object.fromEntries(all.map((key, i) => [key, i]));
          const names = Object.keys(camelised(dictionary));
          throwUnless(names).toEqual(all.map(fromWire));
        }),
      );
    });
  });
});

describe('URIs, whatever they are', () => {
  const MATCHES: readonly Match[] = ['exact', 'prefix', 'wildcard'];
  const component = fc.oneof(fc.constantFrom('', 'a', 'b', 'a1', 'c-d', 'é', 'X'), fc.string({ maxLength: 3 }));
  const loose = fc.array(component, { maxLength: 6 }).map((parts) => parts.join('.'));
  const good = fc.array(fc.constantFrom('a', 'b', 'c1', 'x-y', 'Zé'), { minLength: 1, maxLength: 6 });
  const match = fc.constantFrom(...MATCHES);

  it('isUri() and assertUri() agree, and what is stricter is included in what is looser', () => {
    holds(
      fc.property(fc.oneof(anything, loose), match, (value, as) => {
        const fits = isUri(value, as);
        if (isUri(value, as, true)) throwUnless(fits).toBeTrue();
        if (as === 'exact' && fits) throwUnless(MATCHES.every((other) => isUri(value, other))).toBeTrue();
        if (as === 'prefix' && fits) throwUnless(isUri(value, 'wildcard')).toBeTrue();
        let error: unknown;
        try {
          assertUri(value, 'topic', as);
        } catch (thrown) {
          error = thrown;
        }
        if (fits) throwUnless(error).toBeUndefined();
        else throwUnless(error).toBeInstanceOf(InvalidUriError);
      }),
      800,
    );
  });

  it('isUri() is what the specification says, component by component', () => {
    holds(
      fc.property(loose, match, (uri, as) => {
        const parts = uri.split('.');
        const clean = parts.every((part) => !/[\s#]/.test(part));
        const full = as === 'wildcard' || parts.slice(0, as === 'prefix' ? -1 : undefined).every((part) => part !== '');
        throwUnless(isUri(uri, as)).toBe(clean && full);
      }),
      800,
    );
  });

  it('are checked in time that grows with their length alone', () => {
    const unit = fc.constantFrom('a', '.', 'a.', '..', ' ', '#', 'é');
    const looked = fc.check(
      fc.property(unit, fc.constantFrom('', ' ', '#', '.', '\n'), match, fc.boolean(), (piece, end, as, strict) => {
        const long = piece.repeat(50_000) + end;
        isUri(long, as, strict);
        matchesUri(long, piece.repeat(49_999), as);
      }),
      // milliseconds; where time grows with the square of the length, one run takes as long
      { numRuns: 60, plugins: [fc.interruptAfterTimeLimit(20_000)] },
    );
    expect(looked.failed).toBeFalse();
    expect(looked.interrupted).withContext('it took too long').toBeFalse();
  });

  it('fall under themselves, their beginnings, and themselves with components left out', () => {
    holds(
      fc.property(good, fc.nat(40), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (parts, at, blank) => {
        const uri = parts.join('.');
        for (const as of MATCHES) throwUnless(matchesUri(uri, uri, as)).toBeTrue();
        throwUnless(matchesUri(uri, uri.slice(0, at), 'prefix')).toBeTrue();
        const pattern = parts.map((part, i) => (blank[i] ? '' : part)).join('.');
        throwUnless(matchesUri(uri, pattern, 'wildcard')).toBeTrue();
        throwUnless(matchesUri(`${uri}.more`, pattern, 'wildcard')).toBeFalse();
        throwUnless(matchesUri(uri, `${uri}x`, 'prefix')).toBeFalse();
      }),
      500,
    );
  });

  it('go to the same registration whatever the order in which those were made', () => {
    const patterns = fc.uniqueArray(
      fc.tuple(loose, match).filter(([uri, as]) => isUri(uri, as)),
      { selector: ([uri, as]) => `${as} ${uri}`, maxLength: 12 },
    );
    holds(
      fc.property(good, patterns, fc.nat(), (parts, all, turn) => {
        const uri = parts.join('.');
        const candidates = [
          ...all,
          [parts.map((part, i) => (i === turn % 3 ? '' : part)).join('.'), 'wildcard'] as const,
        ].map(([pattern, as]) => ({ uri: pattern, match: as }));
        const best = bestMatch(uri, candidates);
        const key = (candidate: typeof best): string => `${candidate?.match} ${candidate?.uri}`;
        for (let i = 0; i < candidates.length; i++) {
          const rotated = [...candidates.slice(i), ...candidates.slice(0, i)];
          throwUnless(key(bestMatch(uri, rotated))).toBe(key(best));
        }
        throwUnless(key(bestMatch(uri, [...candidates].reverse()))).toBe(key(best));
        throwUnless(candidates.some((c) => matchesUri(uri, c.uri, c.match))).toBe(best !== undefined);
        if (candidates.some((c) => c.match === 'exact' && c.uri === uri)) throwUnless(best?.match).toBe('exact');
      }),
      500,
    );
  });
});
