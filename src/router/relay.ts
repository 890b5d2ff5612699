import { isPrivate } from '../protocol/names.ts';
import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import type { Dict } from '../protocol/payload.ts';
import { isUri, type Match } from '../protocol/uris.ts';
import type { Quirks } from './quirks.ts';
import { BadUri, type RouterSession } from './router-session.ts';

const PASSTHRU = ['ppt_scheme', 'ppt_serializer', 'ppt_cipher', 'ppt_keyid'];
const TRANSPARENT = ['enc_algo', 'enc_key', 'enc_serializer'];

/**
 * Copies the attributes that travel from end to end: payload passthru, payload transparency, and whatever is outside
 * the standard (`x_…`, `_…`).
 */
export function relay(from: Readonly<Dict>, to: Dict, quirks: Quirks): Dict {
  for (const key of TRANSPARENT) if (Object.hasOwn(from, key)) to[key] = from[key];
  if (quirks.dropsUnknownKeys) return to;
  for (const key of PASSTHRU) if (Object.hasOwn(from, key)) to[key] = from[key];
  for (const key of Object.keys(from)) if (isPrivate(key) && key !== '__proto__') to[key] = from[key];
  return to;
}

/** Whether a dictionary switches payload passthru mode on. */
export const passesThru = (options: Readonly<Dict>): boolean => options['ppt_scheme'] !== undefined;

/**
 * Payload passthru mode needs an announcement by who uses it.
 *
 * @throws ProtocolError where it is missing
 */
export function assertPassthru(
  options: Readonly<Dict>,
  session: RouterSession,
  role: 'publisher' | 'caller' | 'callee',
): void {
  if (passesThru(options) && !session.supports(role, 'payload_passthru_mode')) {
    throw new ProtocolError(`ppt_scheme: the client did not announce payload_passthru_mode as ${role}`);
  }
}

/**
 * Checks a URI or pattern of a request.
 *
 * @param reserve refuses URIs below `wamp.`, which belong to the router
 * @throws BadUri where it is malformed; ApplicationError where it is reserved
 */
export function assertWellFormed(uri: string, match: Match, strict: boolean, reserve: boolean): void {
  if (!isUri(uri, match, strict)) {
    throw new BadUri(`'${uri}' is not a well-formed ${match === 'exact' ? 'URI' : `${match} pattern`}`);
  }
  if (reserve && (uri === 'wamp' || uri.startsWith('wamp.'))) {
    throw new ApplicationError('wamp.error.invalid_uri', [`'${uri}': 'wamp.' is reserved for the router`]);
  }
}
