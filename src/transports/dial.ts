import { catchError, map, type Observable } from 'rxjs';
import { resolve, type Resolvable } from '../async.ts';
import { isDict, kind } from '../protocol/kinds.ts';
import { ConnectFailedError, type HttpAnswer } from '../protocol/errors.ts';
import { seeGuide } from '../protocol/guide.ts';
import type { Attempt } from './transport.ts';

/** The kind of the option `serializers`. */
export const SERIALIZERS = kind(
  'a list of serializers',
  (v) => Array.isArray(v) && v.length > 0 && v.every((each) => isDict(each) && each['encode']),
);

/** The value of an option for one attempt, checked; what goes wrong is a failed attempt that names the option. */
export const resolveOption = <T, R>(
  name: string,
  source: Resolvable<T>,
  attempt: Attempt | undefined,
  check: (value: T) => R,
): Observable<R> =>
  (attempt ? attempt.resolve(source) : resolve(source)).pipe(
    map(check),
    catchError((error: unknown) => {
      throw dialFailed(`the router: ${name}`, error);
    }),
  );

/** The error of a dial to `target`. */
export function dialFailed(target: string, cause: unknown): ConnectFailedError {
  // Browsers give no reason, so that pages cannot explore networks. Where several addresses refuse, Node's error has only a code.
  const { message, code, ...http } = (cause ?? {}) as { message?: string; code?: string } & Partial<HttpAnswer>;
  const reason = [message, code].find(Boolean) ?? 'no reason is given here';
  const text = `Cannot connect to ${target}: ${reason}${seeGuide('cannot-connect')}`;
  return new ConnectFailedError(text, 1, cause === undefined ? [] : [cause], http);
}
