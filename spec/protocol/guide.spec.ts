import { AbortError, ApplicationError } from '../../src/protocol/errors.ts';
import { checkOptions } from '../../src/protocol/kinds.ts';

describe('the texts of frequent errors', () => {
  for (const word of ['no_such_realm', 'authentication_failed', 'no_auth_method', 'not_authorized']) {
    it(`name the guide where a router refuses a session: ${word}`, () => {
      expect(new AbortError(`wamp.error.${word}`, { message: 'no' }).message).toBe(
        `The router refused or ended the session: wamp.error.${word} (no); see rxwamp/src/client/errors.md#${word}`,
      );
    });
  }

  for (const word of ['no_such_procedure', 'not_authorized', 'procedure_already_exists']) {
    it(`name the guide where a router answers with an error: ${word}`, () => {
      expect(new ApplicationError(`wamp.error.${word}`, ['no']).message).toBe(
        `wamp.error.${word}: no; see rxwamp/src/client/errors.md#${word}`,
      );
    });
  }

  it('name no guide where an application has the same word, or WAMP another one', () => {
    expect(new ApplicationError('com.app.error.not_authorized').message).toBe('com.app.error.not_authorized');
    expect(new ApplicationError('wamp.error.canceled').message).toBe('wamp.error.canceled');
  });

  it('list the options that are known', () => {
    expect(() => checkOptions(() => 'x', { b: undefined }, { a: 1 })).toThrowError(
      "x: unknown option 'a'; known are b; see rxwamp/src/client/errors.md#unknown-option",
    );
  });
});
