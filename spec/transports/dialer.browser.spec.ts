// webSocket() of rxwamp/node in a bundle for browsers, where options of Node would be lost without a word.
import { dialer } from '../../src/transports/dialer.browser.ts';
import { dial } from '../../src/transports/socket.browser.ts';

describe('the options of Node, in a browser,', () => {
  it('are refused by their names', () => {
    expect(() => dialer({ headers: {} })).toThrowError(TypeError, /^webSocket: headers needs Node/);
    expect(() => dialer({ cookies: true, finishRequest: () => undefined })).toThrowError(
      TypeError,
      /^webSocket: cookies needs Node/,
    );
  });

  it('may be left out', () => {
    expect(dialer({})).toBe(dial);
  });
});
