import { ApplicationError, WampError } from '../../src/protocol/errors.ts';
import type { MessageOf } from '../../src/protocol/messages.ts';
import { asWampError, errorForWire, errorFromMessage } from '../../src/session/error-mapping.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';

class TooBig extends Error {
  readonly limit: number;
  constructor(limit: number) {
    super(`more than ${limit}`);
    this.limit = limit;
  }
}
class MuchTooBig extends TooBig {}
class Broken extends Error {
  constructor() {
    super();
    throw new RangeError('constructor');
  }
}

const MAPPING = [
  [MuchTooBig, 'com.app.much_too_big'],
  [TooBig, 'com.app.too_big'],
  [Broken, 'com.app.broken'],
] as const;
const message = (uri: string, ...payload: unknown[]): MessageOf<8> =>
  [8, 48, 1, { callee_authid: 'joe' }, uri, ...payload] as unknown as MessageOf<8>;
const nothing = (): void => undefined;
const argsOf = (error: Error): unknown => (error as { args?: unknown }).args;

describe('an ERROR that comes', () => {
  it('is an ApplicationError with all that came', () => {
    const error = errorFromMessage(
      message('com.app.bad', ['text'], { a: 1 }),
      { procedure: 'com.app.f' },
      MAPPING,
      nothing,
    );
    expect(error).toBeInstanceOf(ApplicationError);
    expect(error).toEqual(
      jasmine.objectContaining({
        uri: 'com.app.bad',
        args: ['text'],
        kwargs: { a: 1 },
        details: { calleeAuthid: 'joe' },
        procedure: 'com.app.f',
      }),
    );
  });

  it('is of the mapped class, made of the positional payload, and carries all as well', () => {
    const error = errorFromMessage(message('com.app.too_big', [5], { a: 1 }), { topic: 'com.app.t' }, MAPPING, nothing);
    expect(error).toBeInstanceOf(TooBig);
    expect(error).not.toBeInstanceOf(MuchTooBig);
    expect(error).toEqual(
      jasmine.objectContaining({ limit: 5, uri: 'com.app.too_big', args: [5], kwargs: { a: 1 }, topic: 'com.app.t' }),
    );
    expect(error.message).toBe('more than 5');
  });

  it('is an ApplicationError where the constructor throws, which is reported', () => {
    const reported: unknown[] = [];
    const error = errorFromMessage(message('com.app.broken'), {}, MAPPING, (...all) => reported.push(...all));
    expect(error).toBeInstanceOf(ApplicationError);
    expect(reported).toEqual([jasmine.any(RangeError), 'constructor of Broken for com.app.broken']);
  });

  it('may carry a binary', () => {
    const error = errorFromMessage(message('com.app.bad', Uint8Array.of(1)), {}, [], nothing);
    expect(argsOf(error)).toEqual([Uint8Array.of(1)]);
  });
});

describe('an error that goes', () => {
  it('keeps uri, args and kwargs of an ApplicationError', () => {
    const sent: object = errorForWire(new ApplicationError('com.app.bad', [1], { a: 2 }), MAPPING);
    expect(sent).toEqual(
      jasmine.objectContaining({ uri: 'com.app.bad', args: [1], kwargs: { a: 2 }, deliberate: true }),
    );
  });

  it('has the uri of its class, the first that fits; its own args and kwargs, else its message', () => {
    const sent = (error: Error): unknown[] => {
      const { uri, args, kwargs, deliberate } = errorForWire(error, MAPPING);
      return [uri, args, kwargs, deliberate];
    };
    expect(sent(new TooBig(5))).toEqual(['com.app.too_big', ['more than 5'], {}, true]);
    expect(sent(new MuchTooBig(6))).toEqual(['com.app.much_too_big', ['more than 6'], {}, true]);
    expect(sent(Object.assign(new TooBig(5), { args: [5], kwargs: { a: 1 } }))).toEqual([
      'com.app.too_big',
      [5],
      { a: 1 },
      true,
    ]);
    expect(sent(Object.assign(new TooBig(5), { args: 'x', kwargs: 'y' }))).toEqual([
      'com.app.too_big',
      ['more than 5'],
      {},
      true,
    ]);
  });

  it('is a runtime_error with its message where nothing is known of it', () => {
    for (const [thrown, text] of [
      [new Error('bad'), 'bad'],
      ['bad', 'bad'],
      [7, '7'],
      [undefined, 'undefined'],
      // some routers hang up on a malformed URI: one bad answer must not cost the session
      [new ApplicationError('not a uri'), 'not a uri'],
    ] as const) {
      expect(errorForWire(thrown, MAPPING)).toEqual({
        uri: 'wamp.error.runtime_error',
        args: [text],
        kwargs: {},
        deliberate: false,
      });
    }
  });
});

describe('asWampError', () => {
  it('keeps ours and wraps others', () => {
    const ours = new WampError('ours');
    expect(asWampError(ours)).toBe(ours);
    const cause = new RangeError('theirs');
    expect(asWampError(cause)).toEqual(jasmine.objectContaining({ name: 'WampError', message: 'theirs', cause }));
    expect(asWampError('text').message).toBe('text');
  });
});

describe('an error of a request', () => {
  it('tells the id of the request, also of a mapped class', () => {
    class Mapped extends Error {
      readonly request?: number;
    }
    const { wamp, wire } = joined({ errors: [[Mapped, 'com.app.mapped']] });
    const calls = [record(wamp.call('com.app.f')), record(wamp.call('com.app.f'))];
    wire.send([8, 48, 2, {}, 'com.app.mapped'], [8, 48, 1, {}, 'com.app.other']);
    expect(calls.map(({ error }) => (error as ApplicationError).request)).toEqual([1, 2]);
    expect(calls[1]?.error).toBeInstanceOf(Mapped);
  });
});
