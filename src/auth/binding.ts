import { isDict, type Kind } from '../protocol/attributes.ts';
import type { Dict } from '../protocol/messages.ts';
import type { AuthAttempt, ChannelBindingType } from './authenticator.ts';

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
 * Asks for the binding in HELLO.Details.authextra, where the link has it.
 *
 * @returns what the link is bound by; nothing where it cannot be
 * @throws Error where that was required, or another method asks for another type; the client takes it for a refusal
 */
export function askToBind(
  method: string,
  { type, required }: Wish,
  details: Dict,
  attempt: AuthAttempt,
): Bound | undefined {
  const data = attempt.channelBinding?.(type);
  if (!data) {
    if (required) throw new Error(`${method}: ${attempt.transport} has no channel binding of type ${type}`);
    return undefined;
  }
  const authextra = details['authextra'] as Dict;
  const asked = authextra['channel_binding'] ?? type;
  if (asked !== type) throw new Error(`auth: the authenticators contradict each other in channel_binding`);
  details['authextra'] = { ...authextra, channel_binding: type };
  return { type, data };
}
