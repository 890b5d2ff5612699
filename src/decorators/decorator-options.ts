import { BOOL, checkOptions, DICT } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { uriPattern, type UriPattern } from '../protocol/pattern.ts';
import { describeRequest, type Uri } from '../protocol/uris.ts';
import { checkRegister, checkSubscribe } from '../session/option-checks.ts';
import type { Given, RegisterOptions, SubscribeOptions } from '../session/options.ts';

/** Options of both decorators beside those of the verb. */
export interface MethodOptions {
  /**
   * Calls the method with the positional arguments in place of the whole message, after the named parts of the URI where there
   * are any.
   * @default false
   */
  readonly spread?: boolean | undefined;
}

/** Options of {@link Procedure}: those of `register()`, and its own. */
export type ProcedureOptions = Given<RegisterOptions & MethodOptions>;

/** Options of {@link Topic}: those of `subscribe()`, and its own. */
export type TopicHandlerOptions = Given<SubscribeOptions & MethodOptions>;

/** Options, or a function of the instance that returns them, called by {@link bind}. */
export type InstanceOptions<Options> = Options | ((instance: never) => Options);

/** A method's URI and options as its verb takes them. */
export interface Prepared {
  readonly uri: Uri;
  /** The pattern, where the URI has named parts. */
  readonly pattern: UriPattern | undefined;
  readonly options: RegisterOptions & SubscribeOptions;
  readonly spread: boolean;
}

/**
 * Checks the arguments of a decorator.
 *
 * @throws TypeError, InvalidUriError for wrong ones
 */
export function prepare(kind: 'procedure' | 'topic', uri: string, given: MethodOptions): Prepared {
  const decorator = kind === 'procedure' ? '@Procedure' : '@Topic';
  const what = (): string => describeRequest(decorator, uri);
  if (!DICT.test(given)) throw new TypeError(`${what()}: options must be an object, got ${kindOf(given)}`);
  const { spread = false, ...others } = given;
  checkOptions(what, { spread: BOOL }, { spread });
  let options: RegisterOptions & SubscribeOptions = others;
  const pattern = /[<>]/.test(uri) ? uriPattern(uri) : undefined;
  if (pattern !== undefined) {
    const { match } = pattern.options;
    if ((options.match ?? match) !== match) {
      throw new TypeError(`${what()}: match must be left out, or '${match}', with the parts of this URI`);
    }
    options = { ...options, match };
  }
  const prepared = { uri: pattern?.wire ?? uri, pattern, options, spread };
  if (kind === 'procedure') checkRegister(prepared.uri, () => undefined, options);
  else checkSubscribe(prepared.uri, options);
  return prepared;
}
