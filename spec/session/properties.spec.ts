// What holds of the verbs whatever they are given, and of what arrives whatever comes.
import fc from 'fast-check';
import { InvalidUriError } from '../../src/protocol/errors.ts';
import { parseMessage, type MessageOf } from '../../src/protocol/messages.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import { CallResult, WampEvent } from '../../src/session/events.ts';
import { checkCall, checkPublish, checkRegister, checkSubscribe } from '../../src/session/option-checks.ts';
import { errorForWire } from '../../src/session/error-mapping.ts';
import { json } from '../../src/serializers/json.ts';
import { almostMessage, anything, holds, unpolluted } from '../helpers/arbitrary.ts';

const uri = fc.oneof(fc.constantFrom('com.app.x', 'com.', '', 'a b', 'com..x'), fc.string(), anything);
const option = fc.constantFrom(
  'match',
  'getRetained',
  'progress',
  'timeout',
  'exclude',
  'acknowledge',
  'args',
  'x_own',
  '__proto__',
);
const options = fc.oneof(fc.dictionary(option, anything, { maxKeys: 3 }), anything, fc.constant(undefined));

/** What the wire would carry, or nothing where the verb refuses as it should. */
function checked(check: () => { readonly uri: unknown; readonly wire: Dict }): void {
  let request;
  try {
    request = check();
  } catch (error) {
    throwUnless(error instanceof TypeError || error instanceof InvalidUriError)
      .withContext(String(error))
      .toBeTrue();
    throwUnless((error as Error).message).toMatch(/must|unknown|expected|give|look like/);
    return;
  }
  throwUnless(typeof request.uri).toBe('string');
  throwUnless(Object.values(request.wire).includes(undefined)).toBeFalse();
  throwUnless(Object.keys(request.wire).every((name) => /^[a-z_][a-z\d_]*$/.test(name))).toBeTrue();
}

describe('the verbs, whatever they are given', () => {
  const verbs: readonly (readonly [string, (...given: never[]) => { uri: unknown; wire: Dict }])[] = [
    ['subscribe', (topic, given) => checkSubscribe(topic, given)],
    ['register', (procedure, handler, given) => checkRegister(procedure, handler, given)],
    ['call', (procedure, args, kwargs, given) => checkCall(procedure, args, kwargs, given)],
    ['publish', (topic, args, kwargs, given) => checkPublish(topic, args, kwargs, given)],
  ];
  for (const [name, check] of verbs) {
    it(`${name}() takes it or throws a TypeError or InvalidUriError that says what is wrong`, () => {
      unpolluted(() => {
        holds(
          fc.property(uri, options, options, options, (first, ...rest) => {
            checked(() => check(first as never, ...(rest as unknown as never[])));
          }),
          600,
        );
      });
    });
  }
});

describe('what arrives, whatever it is', () => {
  it('is shown, by name and whole, without harm', () => {
    unpolluted(() => {
      holds(
        fc.property(almostMessage, (value) => {
          let message;
          try {
            message = parseMessage(json().decode(json().encode(value)));
          } catch {
            return;
          }
          if (message[0] !== 36 && message[0] !== 50) return;
          const arrival =
            message[0] === 36 ? new WampEvent(message, 'com.app.x') : new CallResult(message, 'com.app.x');
          throwUnless(Array.isArray(arrival.args)).toBeTrue();
          throwUnless(Object.getPrototypeOf(arrival.details.toJSON())).toBe(Object.prototype);
          throwUnless(Object.getPrototypeOf(arrival.details.extra)).toBe(Object.prototype);
          throwUnless(typeof JSON.stringify(arrival)).toBe('string');
        }),
        1000,
      );
    });
  });

  it('keys that do harm come as own members of details and kwargs', () => {
    const text = '[36,1,2,{"__proto__":{"a":1},"constructor":2,"toJSON":3},[],{"__proto__":{"b":1}}]';
    unpolluted(() => {
      const event = new WampEvent(parseMessage(json().decode(text)) as MessageOf<36>, 'com.app.x');
      expect(Object.keys(event.kwargs)).toEqual(['__proto__']);
      expect(Object.entries(event.details.extra)).toEqual([
        ['__proto__', { a: 1 }],
        ['constructor', 2],
        ['toJSON', 3],
      ]);
      expect((event.details as unknown as Dict)['a']).toBeUndefined();
    });
  });
});

describe('what a handler throws, whatever it is', () => {
  it('becomes an error URI and a payload', () => {
    holds(
      fc.property(anything, (thrown) => {
        const { uri: error, args, kwargs } = errorForWire(thrown, []);
        throwUnless(error).toBe('wamp.error.runtime_error');
        throwUnless(args.map((arg) => typeof arg)).toEqual(['string']);
        throwUnless(args[0]).not.toBe('');
        throwUnless(kwargs).toEqual({});
      }),
      500,
    );
  });
});
