import type { CallOptions, Given } from '../session/options.ts';
import type { FinalOnly } from '../session/contract-types.ts';

/** Keyword values and options as the last argument of a call through a proxy; made by {@link kwargs}. */
export class Kwargs<K = object, Progress extends boolean = boolean> {
  /** Keyword values of the call; `{}` for none. */
  readonly values: K;
  /** Options of the call, as those of `call()`. */
  readonly options: Given<CallOptions>;
  /** For the compiler: whether progressive results are requested. */
  declare readonly '~progress'?: Progress;

  /** As {@link kwargs}, which checks the types. */
  constructor(values: K, options: Given<CallOptions>) {
    this.values = values;
    this.options = options;
  }
}

/**
 * Keyword values and options as the last argument of a call through {@link rpc} or {@link proxy}.
 *
 * @param values keyword values; `{}` for none
 * @param options as those of `call()`
 * @example
 * rpc(wamp).com.shop.find('tea', kwargs({ limit: 3 }, { timeout: 1000 })).subscribe((items) => show(items));
 */
export function kwargs<const K extends object>(values: K, options?: Given<FinalOnly>): Kwargs<K, false>;
export function kwargs<const K extends object>(values: K, options: Given<CallOptions>): Kwargs<K>;
export function kwargs(values: object, options: Given<CallOptions> = {}): Kwargs {
  return new Kwargs(values, options);
}
