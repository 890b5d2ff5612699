import type { Kind } from '../protocol/kinds.ts';
import { FUNCTION, isDict, kind } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';

/**
 * The address of a router: text, or a URL object.
 *
 * @inline
 */
export type Address = string | URL;

/** An address without its secrets: password, query, fragment. Covers a password with a slash, which makes the address malformed. */
export const shown = (url: string): string => url.replace(/(\/\/)[^/]*(:\D.*)?@|[?#].*/g, '$1');

/** Which addresses a transport can dial. */
export interface AddressRule {
  /** The transport, for error messages: `webSocket`. */
  readonly owner: string;
  /** Those that errors name come first: two. */
  readonly schemes: readonly string[];
  readonly example: string;
  /** Whether paths are allowed, which a page completes with its own address. */
  readonly relative?: boolean;
  /** What else makes a well-formed address unusable. */
  readonly refuse: (url: URL) => string | false;
}

/**
 * The text of an address that the transport can dial.
 *
 * @throws TypeError that says what is wrong; it quotes no more than the scheme, as the rest may hold secrets
 */
export function checkAddress(rule: AddressRule, value: unknown): string {
  // not instanceof: a URL may come from another realm
  const text = isDict(value) ? value['href'] : value;
  const fault = typeof text === 'string' ? faultOf(rule, text) : `is ${kindOf(value)}`;
  if (fault) throw new TypeError(`${rule.owner}: url ${fault}; expected an address like ${rule.example}`);
  return text as string;
}

/** What is wrong with an address, if anything. */
function faultOf({ schemes, relative, refuse }: AddressRule, text: string): string | false {
  if (relative === true && /^\.{0,2}\//.test(text)) return false;
  const [, scheme = '', slashes] = /^([a-z][a-z\d+.-]*:)(\/\/)?/i.exec(text) ?? [];
  if (!schemes.includes(scheme.toLowerCase())) {
    return `must begin with ${schemes.slice(0, 2).join(' or ')}${slashes ? `, not ${scheme}` : ''}`;
  }
  try {
    return refuse(new URL(text));
  } catch {
    return 'is malformed';
  }
}

/** The kind of the option `url`: an address, or a function that returns one. */
export const addressKind = (rule: AddressRule): Kind =>
  kind(
    'a string, a URL or a function',
    (v) => FUNCTION.test(v) || ((typeof v === 'string' || isDict(v)) && checkAddress(rule, v) !== ''),
  );
