import { isDict, type Kind } from '../protocol/attributes.ts';
import type { AuthAttempt, ChannelBindingType } from './authenticator.ts';
import { refusal } from './shared.ts';

/** A type of channel binding, which is then required, or one that is preferred to none. */
export type ChannelBindingWish<T extends ChannelBindingType = ChannelBindingType> = T | { readonly prefer: T };

/** What such a wish must be. */
export const BINDING = (...types: readonly ChannelBindingType[]): Kind => {
  const known = (v: unknown): boolean => types.includes(v as ChannelBindingType);
  return {
    expected: `one of ${types.join(', ')}, or { prefer: … } with one of them`,
    test: (v) => known(v) || (isDict(v) && known(v['prefer']) && Object.keys(v).length === 1),
  };
};

/** A wish, taken apart. */
export interface Wish {
  readonly type: ChannelBindingType;
  readonly required: boolean;
}

/** What a link is bound by. */
export interface Bound {
  readonly type: ChannelBindingType;
  readonly data: Uint8Array;
}

/** Takes a wish apart. */
export const wishOf = (wish: ChannelBindingWish | undefined): Wish | undefined =>
  wish === undefined
    ? undefined
    : typeof wish === 'string'
      ? { type: wish, required: true }
      : { type: wish.prefer, required: false };

/**
 * What the open link can be bound by; nothing where it cannot.
 *
 * @throws AbortError where that was required
 */
export function boundBy(method: string, { type, required }: Wish, attempt: AuthAttempt): Bound | undefined {
  const data = attempt.channelBinding?.(type);
  if (data) return { type, data };
  if (required) throw refusal(`${method}: ${attempt.transport} has no channel binding of type ${type}`);
  return undefined;
}
