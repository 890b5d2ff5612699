import { InvalidStateError } from '../protocol/errors.ts';
import { CALL, PUBLISH, REGISTER, SUBSCRIBE, YIELD, type Message } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { describeRequest } from '../protocol/uris.ts';

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
        `${known ? 'passthru() announces' : 'the router does not announce'} (see checkFeatures)`,
    );
  }
}
