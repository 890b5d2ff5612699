import { dial, type Dial } from './socket.browser.ts';

/**
 * The way in which `webSocket()` of `rxwamp/node` dials in a browser, which has none of Node's options.
 *
 * @throws TypeError that names an option which was given
 */
export function dialer(options: object): Dial {
  const [name] = Object.keys(options);
  if (name !== undefined)
    throw new TypeError(`webSocket: ${name} needs Node, Deno or Bun; browsers have no such option`);
  return dial;
}
