// rxwamp/node in a bundle for browsers: nothing that was asked for is lost without a word.
import { webSocket } from '../../src/node/websocket.ts';

describe('webSocket() of rxwamp/node, in a browser,', () => {
  const url = 'ws://127.0.0.1:9/';

  it('refuses the options of Node by their names', () => {
    expect(() => webSocket({ url, headers: { authorization: 'x' } })).toThrowError(TypeError, /headers needs Node/);
    expect(() => webSocket({ url, cookies: true })).toThrowError(TypeError, /cookies needs Node/);
    expect(() => webSocket({ url, ca: 'PEM' })).toThrowError(TypeError, /ca needs Node/);
  });

  it('is that of rxwamp without them', () => {
    expect(webSocket({ url, headers: undefined }).name).toBe('websocket ws://127.0.0.1:9/');
  });
});
