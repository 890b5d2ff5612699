import { NEVER, of, throwError, type Observable } from 'rxjs';
import { ApplicationError } from '../../src/protocol/errors.ts';
import { describeErrors, RemoteError, remoteErrorOf } from '../../src/session/remote-error.ts';
import type { Handler } from '../../src/session/events.ts';
import { record } from '../../src/testing/record.ts';
import { closeAll, virtual, world } from '../client/helpers.ts';
import { joined } from '../helpers/wire.ts';

// as wampy 0.9.19 answers: the procedure's name is the error's URI
const PAYLOAD = {
  exc_type: 'TypeError',
  message: 'bar() takes 1 positional argument',
  call_args: [1, 2],
  call_kwargs: { loud: true },
};

describe('remoteErrorOf()', () => {
  it('reads what a wampy callee raised', () => {
    const { wamp, wire } = joined();
    record(wamp.call('other'));
    const call = record(wamp.call('weather.forecast', [1, 2], { loud: true }));
    wire.send([8, 48, 2, {}, 'weather.forecast', [], PAYLOAD]);
    const error = remoteErrorOf(call.error);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toBeInstanceOf(ApplicationError);
    const { remoteApi, requestId, excType, value, callArgs, callKwargs, uri, name, message, cause } = error!;
    expect({ remoteApi, requestId, excType, value, callArgs, callKwargs, uri, name }).toEqual({
      remoteApi: 'weather.forecast',
      requestId: 2,
      excType: 'TypeError',
      value: 'bar() takes 1 positional argument',
      callArgs: [1, 2],
      callKwargs: { loud: true },
      uri: 'weather.forecast',
      name: 'RemoteError',
    });
    expect(message).toBe('weather.forecast [2] failed with reason TypeError bar() takes 1 positional argument');
    expect(cause).toBe(call.error);
  });

  it('is undefined for other errors, and survives odd ones', () => {
    for (const other of [undefined, new Error('x'), new ApplicationError('com.app.no', [], { message: 'x' })]) {
      expect(remoteErrorOf(other)).toBeUndefined();
    }
    const odd = remoteErrorOf(
      new ApplicationError('com.app.no', [], { exc_type: 'E', call_args: 1, call_kwargs: null }),
    );
    expect(odd?.callArgs).toEqual([]);
    expect(odd?.callKwargs).toEqual({});
    expect(odd?.requestId).toBeUndefined();
    expect(odd?.remoteApi).toBe('com.app.no');
  });
});

describe('describeErrors()', () => {
  afterEach(closeAll);

  class OutOfTea extends Error {}
  class Named extends Error {
    override name = 'com.shop.Named';
  }
  class Mapped extends Error {}

  /** What a caller gets from a handler within describeErrors(), and what the callee reports. */
  const failing = (handler: Handler): { error: unknown; reports: readonly unknown[] } => {
    let outcome = { error: undefined as unknown, reports: [] as readonly unknown[] };
    virtual(({ advance }) => {
      const { client: wamp } = world({ errors: [[Mapped, 'com.shop.mapped']] });
      const reports = record(wamp.userErrors$);
      wamp.register('com.shop.f', describeErrors(wamp, handler)).subscribe();
      advance();
      const call = record(wamp.call('com.shop.f', [1, 2], { loud: true }));
      advance();
      outcome = { error: call.error, reports: reports.values };
    });
    return outcome;
  };
  const throwing =
    (thrown: unknown): Handler =>
    () => {
      throw thrown;
    };

  it('tells callers what was thrown, as wampy does', () => {
    const thrown = new OutOfTea('no tea');
    const { error, reports } = failing(throwing(thrown));
    const { uri, args, kwargs } = error as ApplicationError;
    expect([uri, args, kwargs]).toEqual([
      'wamp.error.runtime_error',
      ['no tea'],
      { exc_type: 'OutOfTea', message: 'no tea', call_args: [1, 2], call_kwargs: { loud: true } },
    ]);
    const remote = remoteErrorOf(error);
    expect([remote?.excType, remote?.value, remote?.remoteApi]).toEqual(['OutOfTea', 'no tea', 'com.shop.f']);
    expect(reports).toEqual([{ error: thrown, context: 'handler of com.shop.f' }]);
  });

  const names: readonly (readonly [unknown, string, string])[] = [
    [new RangeError('x'), 'RangeError', 'x'],
    [new Named('x'), 'com.shop.Named', 'x'],
    [new DOMException('x', 'AbortError'), 'AbortError', 'x'],
    ['text', 'String', 'text'],
    [{ name: 'joe' }, 'Object', '[object Object]'],
    [undefined, 'undefined', 'undefined'],
    [null, 'null', 'null'],
  ];
  for (const [thrown, excType, value] of names) {
    it(`names ${excType}`, () => {
      const remote = remoteErrorOf(failing(throwing(thrown)).error);
      expect([remote?.excType, remote?.value]).toEqual([excType, value]);
    });
  }

  it('describes an error of an Observable', () => {
    const { error, reports } = failing(() => throwError(() => new OutOfTea('later')));
    expect(remoteErrorOf(error)?.excType).toBe('OutOfTea');
    expect(reports.length).toBe(1);
  });

  it('leaves answers alone: ApplicationErrors and mapped classes', () => {
    for (const [thrown, uri] of [
      [new ApplicationError('com.shop.no', ['x']), 'com.shop.no'],
      [new Mapped('x'), 'com.shop.mapped'],
    ] as const) {
      const { error, reports } = failing(throwing(thrown));
      expect((error as ApplicationError).uri).toBe(uri);
      expect(remoteErrorOf(error)).toBeUndefined();
      expect(reports).toEqual([]);
    }
  });

  it('passes on what the handler answers', async () => {
    const { wamp } = joined();
    const invocation = undefined as never;
    const promise = Promise.resolve(1);
    expect(describeErrors(wamp, () => 1)(invocation)).toBe(1);
    expect(await describeErrors(wamp, () => promise)(invocation)).toBe(1);
    const stream = describeErrors(wamp, (): Observable<number> => of(1, 2))(invocation);
    expect(record(stream).values).toEqual([1, 2]);
    expect(record(describeErrors(wamp, () => NEVER)(invocation)).completed).toBeFalse();
  });

  it('says nothing of the class by default', () => {
    virtual(({ advance }) => {
      const { client: wamp } = world();
      wamp.register('com.shop.f', throwing(new OutOfTea('no tea'))).subscribe();
      advance();
      const call = record(wamp.call('com.shop.f'));
      advance();
      expect((call.error as ApplicationError).kwargs).toEqual({});
    });
  });

  it('checks its arguments', () => {
    const { wamp } = joined();
    expect(() => describeErrors({} as never, () => 1)).toThrowError(TypeError, /describeErrors\(\)/);
    expect(() => describeErrors(wamp, 5 as never)).toThrowError(
      TypeError,
      'describeErrors(): handler must be a function, got the number 5',
    );
  });
});
