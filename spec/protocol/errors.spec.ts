import * as errors from '../../src/protocol/errors.ts';

const cause = new Error('why');
const made: readonly (readonly [name: string, error: errors.WampError, is: (value: unknown) => boolean])[] = [
  ['ApplicationError', new errors.ApplicationError('com.app.bad', [], {}, { cause }), errors.isApplicationError],
  ['AbortError', new errors.AbortError('wamp.error.no_such_realm', {}, { cause }), errors.isAbortError],
  ['GoodbyeError', new errors.GoodbyeError('wamp.close.killed'), errors.isGoodbyeError],
  ['ProtocolError', new errors.ProtocolError('said', { cause }), errors.isProtocolError],
  ['ConnectionLostError', new errors.ConnectionLostError('said', { cause }), errors.isConnectionLostError],
  ['ConnectFailedError', new errors.ConnectFailedError('said', 3, [1, cause]), errors.isConnectFailedError],
  ['CallTimeoutError', new errors.CallTimeoutError('said', { cause }), errors.isCallTimeoutError],
  ['ClosedError', new errors.ClosedError('said', { cause }), errors.isClosedError],
  ['SerializationError', new errors.SerializationError('said', { cause }), errors.isSerializationError],
  ['InvalidUriError', new errors.InvalidUriError('a b', 'topic', 'exact'), errors.isInvalidUriError],
  ['InvalidStateError', new errors.InvalidStateError('said', { cause }), errors.isInvalidStateError],
];

for (const [name, error, is] of made) {
  describe(name, () => {
    it('is a real error with a stable name', () => {
      expect(error).toBeInstanceOf(Error);
      expect(error).toBeInstanceOf(errors.WampError);
      expect(error.name).toBe(name);
      expect(String(error)).toBe(`${name}: ${error.message}`);
      expect(error.stack?.split('\n').length).toBeGreaterThan(1);
    });

    it('is known by its guard, and by no other', () => {
      expect(is(error)).toBeTrue();
      expect(errors.isWampError(error)).toBeTrue();
      expect(made.filter(([, , other]) => other(error)).length).toBe(1);
      for (const other of [undefined, null, 'x', new Error(error.message)]) expect(is(other)).toBeFalse();
    });

    it('says what lay behind it', () => {
      const without = ['GoodbyeError', 'InvalidUriError'].includes(name);
      expect(error.cause).toBe(without ? undefined : cause);
    });
  });
}

describe('ApplicationError, in detail', () => {
  it('carries uri, args, kwargs and details, never null', () => {
    const bare = new errors.ApplicationError('com.app.bad');
    expect([bare.uri, bare.args, bare.kwargs, bare.details]).toEqual(['com.app.bad', [], {}, {}]);
    expect([bare.procedure, bare.topic]).toEqual([undefined, undefined]);
    const full = new errors.ApplicationError(
      'com.app.bad',
      [1],
      { a: 2 },
      { details: { callee: 5 }, procedure: 'com.f' },
    );
    expect([full.args, full.kwargs, full.details, full.procedure]).toEqual([[1], { a: 2 }, { callee: 5 }, 'com.f']);
    expect(new errors.ApplicationError('com.app.bad', [], {}, { topic: 'com.t' }).topic).toBe('com.t');
  });

  it('says of whom what was asked and what was answered', () => {
    const said = (...args: ConstructorParameters<typeof errors.ApplicationError>): string =>
      new errors.ApplicationError(...args).message;
    expect(said('com.app.bad')).toBe('com.app.bad');
    expect(said('com.app.bad', ['too big'], {}, { procedure: 'com.f' })).toBe('com.f: com.app.bad: too big');
    expect(said('com.app.bad', [7], { message: 'too small' }, { topic: 'com.t' })).toBe(
      'com.t: com.app.bad: too small',
    );
  });
});

describe('errors of a connection', () => {
  it('say who refused, and why', () => {
    expect(new errors.AbortError('wamp.error.x', { message: 'text' }).message).toBe(
      'The router refused or ended the session: wamp.error.x (text)',
    );
    expect(new errors.AbortError('wamp.error.x').local).toBeFalse();
    expect(new errors.AbortError('wamp.error.x', {}, { local: true }).message).toMatch(/^We refused/);
    expect(new errors.AbortError('wamp.error.x', {}, { local: true }).local).toBeTrue();
    const goodbye = new errors.GoodbyeError('wamp.close.killed', { message: 'text' });
    expect([goodbye.message, goodbye.reason, goodbye.details]).toEqual([
      'The router said goodbye: wamp.close.killed (text)',
      'wamp.close.killed',
      { message: 'text' },
    ]);
  });

  it('carry whether something may have been delivered, the close code, and all that was tried', () => {
    const bare = new errors.ConnectionLostError('x');
    expect([bare.maybeDelivered, bare.code]).toEqual([false, undefined]);
    const lost = new errors.ConnectionLostError('x', { maybeDelivered: true, code: 1006 });
    expect([lost.maybeDelivered, lost.code]).toEqual([true, 1006]);
    const failed = new errors.ConnectFailedError('x', 2, ['a', 'b']);
    expect([failed.attempts, failed.errors, failed.cause]).toEqual([2, ['a', 'b'], 'b']);
    expect(new errors.ConnectFailedError('x').attempts).toBe(1);
  });
});
