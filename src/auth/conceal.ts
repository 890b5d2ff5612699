import { isDict } from '../protocol/kinds.ts';
import type { AuthAttempt, Identity } from './authenticator.ts';

const MASK = '***';
/** The highest code of the messages that open and close a session. */
const GOODBYE = 6;
/** A secret with fewer characters is only masked where it stands as a word of its own. */
const SHORT = 8;
/** A name that WAMP could have given to an attribute. */
const NAME = /^[a-z_]+$/;

/**
 * Masks a proof that is about to be sent wherever the router repeats it: authenticators that an application writes for its
 * router like to answer `invalid ticket 's3cret'`, and what ABORT, CHALLENGE, WELCOME, GOODBYE or the reason of a closed link
 * says goes to status$, lifecycle$, messages$ and into errors. Texts that HELLO holds anyway stay.
 */
export function conceal(secret: string, attempt: AuthAttempt, { authid, authrole }: Identity): void {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const secrets = RegExp(
    secret.length < SHORT ? `(^|[^\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])` : `()${literal}`,
    'gu',
  );
  const masked = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value === authid || value === authrole ? value : value.replace(secrets, `$1${MASK}`);
    }
    if (Array.isArray(value)) return value.map(masked);
    if (!isDict(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [NAME.test(name) ? name : masked(name), masked(each)]),
    );
  };
  attempt.mask?.((received) => {
    if (Array.isArray(received) && received[0] > GOODBYE) return received;
    if (!(received instanceof Error)) return masked(received) as typeof received;
    // also the causes: a close reason, the body of an HTTP answer
    for (let each: unknown = received; each instanceof Error; each = each.cause) {
      for (const name of new Set(['message', 'stack', ...Object.keys(each)])) {
        const text = each[name as 'message'] as unknown;
        const clean = masked(text);
        // some errors of the platform cannot be written to
        if (typeof text === 'string' && clean !== text) Object.defineProperty(each, name, { value: clean });
      }
    }
    return received;
  });
}
