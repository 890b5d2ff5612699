import { CALL, PUBLISH, REGISTER, SUBSCRIBE, YIELD } from './codes.ts';
import { InvalidStateError } from './errors.ts';
import { seeGuide } from './guide.ts';
import type { Message } from './messages.ts';
import { describeRequest } from './uris.ts';
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
export const CLIENT_FEATURES: Record<
  string,
  {
    /** The features of the role, by their names on the wire. */
    features: Record<string, true>;
  }
> = roles({
  publisher: 'publisher_identification subscriber_blackwhite_listing publisher_exclusion',
  subscriber: 'publisher_identification publication_trustlevels pattern_based_subscription subscription_revocation',
  caller: 'caller_identification progressive_call_results progressive_call_invocations call_canceling call_timeout',
  callee:
    'caller_identification call_trustlevels pattern_based_registration shared_registration progressive_call_results ' +
    'progressive_call_invocations call_canceling call_timeout call_reroute registration_revocation',
});

/** As much of an announcement as is looked at; none of it need be there, or be what it should. */
type Announcement =
  Partial<Record<string, { readonly features?: Partial<Record<string, unknown>> | null } | null>> | null | undefined;

/** Whether a WELCOME (or HELLO) dictionary announces a feature for a role. Whatever is missing or odd means no. */
export const supports = (details: Readonly<Dict>, role: string, feature: string): boolean =>
  (details['roles'] as Announcement)?.[role]?.features?.[feature] === true;

/**
 * The options of each request whose loss would change what it means, and the features that a router needs for them.
 * Others (a timeout, how to cancel) have their twin on this side, or are hints.
 */
const NEEDS: Readonly<Record<number, readonly [verb: string, features: Readonly<Record<string, string>>] | undefined>> =
  {
    [SUBSCRIBE]: ['subscribe', { match: 'pattern_based_subscription' }],
    [PUBLISH]: [
      'publish',
      {
        retain: 'event_retention',
        disclose_me: 'publisher_identification',
        exclude_me: 'publisher_exclusion',
        ppt_scheme: 'payload_passthru_mode',
      },
    ],
    [CALL]: [
      'call',
      {
        progress: 'progressive_call_invocations',
        disclose_me: 'caller_identification',
        ppt_scheme: 'payload_passthru_mode',
      },
    ],
    [REGISTER]: [
      'register',
      {
        match: 'pattern_based_registration',
        invoke: 'shared_registration',
        disclose_caller: 'caller_identification',
      },
    ],
    [YIELD]: ['result', { ppt_scheme: 'payload_passthru_mode' }],
  };

/** What routers do anyway. */
const USUAL: Readonly<Dict> = { match: 'exact', invoke: 'single', exclude_me: true };

/**
 * Refuses a request with an option that a router which did not announce its feature would ignore (WAMP, "Feature
 * Announcement"), or for which it would end the session because we did not: packed payloads need an interceptor.
 *
 * @param intercepted whether there is one
 * @throws InvalidStateError that names the option and the feature
 */
export function assertSupported(
  message: Message,
  announced: (role: string, feature: string) => boolean,
  intercepted: boolean,
): void {
  const [code, , options, uri] = message as readonly [number, unknown, Dict, string];
  const needs = NEEDS[code];
  if (needs === undefined) return;
  const [verb, features] = needs;
  const role = code < CALL ? 'broker' : 'dealer';
  for (const name in options) {
    const feature = /^(exclude|eligible)(?!_me)/.test(name) ? 'subscriber_blackwhite_listing' : features[name];
    if (!feature || options[name] === (USUAL[name] ?? false)) continue;
    const known = announced(role, feature);
    if (known && (intercepted || name !== 'ppt_scheme')) continue;
    throw new InvalidStateError(
      `${describeRequest(verb, uri)}: ${name} needs ${feature}, which ` +
        `${known ? 'passthru() announces' : 'the router does not announce'}${seeGuide('feature')}`,
    );
  }
}
