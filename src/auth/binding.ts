import { isDict, type Kind } from '../protocol/kinds.ts';
import type { Dict } from '../protocol/payload.ts';
import type { AuthAttempt, ChannelBindingType } from './authenticator.ts';
import { refusal } from './shared.ts';

/** A type of channel binding, which is then required, or one that is preferred to none. */
export type ChannelBindingWish<T extends ChannelBindingType = ChannelBindingType> =
  | T
  | {
      /** The type that is requested where the link has its data: in Node, over TLS. */
      readonly prefer: T;
    };

/** What such an option must be. */
export const BINDING = (...types: readonly ChannelBindingType[]): Kind => {
  const known = (v: unknown): boolean => types.includes(v as ChannelBindingType);
  return {
    expected: `one of ${types.join(', ')}, or { prefer: … } with one of them`,
    test: (v) => known(v) || (isDict(v) && known(v['prefer']) && Object.keys(v).length === 1),
  };
};

/** A type of channel binding and the open link's data of it, raw. */
export interface Binding {
  readonly type: ChannelBindingType;
  readonly data: Uint8Array;
}

/**
 * Requests a binding in HELLO.Details.authextra, where the link has its data.
 *
 * @returns the binding; undefined where none is wanted, or the link has none
 * @throws Error where a required one is missing, or another method requests another type; the client takes it for a refusal
 */
export function requestBinding(
  method: string,
  wish: ChannelBindingWish | undefined,
  details: Dict,
  attempt: AuthAttempt,
): Binding | undefined {
  if (wish === undefined) return undefined;
  const type = typeof wish === 'string' ? wish : wish.prefer;
  const data = attempt.channelBinding?.(type);
  if (!data) {
    if (type === wish) {
      throw new Error(
        `${method}: ${attempt.transport} has no channel binding of type ${type}: that takes Node and TLS; ` +
          '{ prefer: … } goes on without it',
      );
    }
    return undefined;
  }
  const authextra = details['authextra'] as Dict;
  if ((authextra['channel_binding'] ?? type) !== type) {
    throw new Error('auth: the authenticators must agree on channel_binding');
  }
  details['authextra'] = { ...authextra, channel_binding: type };
  return { type, data };
}

/** Whether a CHALLENGE names the requested binding; not where it names none. @throws AbortError where it names another */
export function namesBinding(method: string, { channel_binding: named }: Readonly<Dict>, binding?: Binding): boolean {
  if (named === undefined || named === null || named === '') return false;
  if (named !== binding?.type) throw refusal(`${method}: CHALLENGE names a channel binding that was not asked for`);
  return true;
}
