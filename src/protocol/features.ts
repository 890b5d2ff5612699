import { isDict } from './kinds.ts';
import type { Dict } from './payload.ts';

const roles = (features: Record<string, string>): Record<string, { features: Record<string, true> }> =>
  Object.fromEntries(
    Object.entries(features).map(([role, names]) => [
      role,
      { features: Object.fromEntries(names.split(' ').map((name) => [name, true as const])) },
    ]),
  );

/**
 * `HELLO.Details.roles`: what this client does, and nothing that it does not (WAMP, "Feature Announcement"): routers
 * change their behaviour on it.
 */
export const CLIENT_FEATURES: Record<string, { features: Record<string, true> }> = roles({
  publisher: 'publisher_identification subscriber_blackwhite_listing publisher_exclusion',
  subscriber: 'publisher_identification publication_trustlevels pattern_based_subscription subscription_revocation',
  caller: 'caller_identification progressive_call_results progressive_call_invocations call_canceling call_timeout',
  callee:
    'caller_identification call_trustlevels pattern_based_registration shared_registration progressive_call_results ' +
    'progressive_call_invocations call_canceling call_timeout call_reroute registration_revocation',
});

/** Whether a WELCOME (or HELLO) dictionary announces a feature for a role. Whatever is missing or odd means no. */
export function supports(details: Readonly<Dict>, role: string, feature: string): boolean {
  const entry = isDict(details['roles']) ? details['roles'][role] : undefined;
  const features = isDict(entry) ? entry['features'] : undefined;
  return isDict(features) && features[feature] === true;
}
