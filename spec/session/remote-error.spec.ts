import { ApplicationError } from '../../src/protocol/errors.ts';
import { RemoteError, remoteErrorOf } from '../../src/session/error-mapping.ts';
import { record } from '../../src/testing/record.ts';
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
