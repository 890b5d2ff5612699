import { InvalidStateError } from '../protocol/errors.ts';
import { CALL, PUBLISH, REGISTER, SUBSCRIBE, messageName, type Dict, type Message } from '../protocol/messages.ts';

/** A role of the router, and the features that options need of it. */
type Needs = readonly [role: 'broker' | 'dealer', features: Readonly<Record<string, string>>];

const LISTING = 'subscriber_blackwhite_listing';
const PASSTHRU = 'payload_passthru_mode';

/**
 * The options of each request whose loss would change what it means. Others (a timeout, how to cancel) have their twin
 * on this side, or are hints.
 */
const NEEDS: Readonly<Record<number, Needs | undefined>> = {
  [SUBSCRIBE]: ['broker', { match: 'pattern_based_subscription' }],
  [PUBLISH]: [
    'broker',
    {
      retain: 'event_retention',
      disclose_me: 'publisher_identification',
      exclude_me: 'publisher_exclusion',
      exclude: LISTING,
      exclude_authid: LISTING,
      exclude_authrole: LISTING,
      eligible: LISTING,
      eligible_authid: LISTING,
      eligible_authrole: LISTING,
      ppt_scheme: PASSTHRU,
    },
  ],
  [CALL]: [
    'dealer',
    { disclose_me: 'caller_identification', progress: 'progressive_call_invocations', ppt_scheme: PASSTHRU },
  ],
  [REGISTER]: [
    'dealer',
    { match: 'pattern_based_registration', invoke: 'shared_registration', disclose_caller: 'caller_identification' },
  ],
};

/** What routers do anyway. */
const plain = (name: string, value: unknown): boolean =>
  name === 'exclude_me' ? value === true : value === false || value === 'exact' || value === 'single';

/**
 * Refuses a request with an option that a router which did not announce its feature would ignore (WAMP, "Feature
 * Announcement").
 *
 * @throws InvalidStateError that names the option and the feature
 */
export function assertSupported(message: Message, supports: (role: Needs[0], feature: string) => boolean): void {
  const needs = NEEDS[message[0]];
  if (needs === undefined) return;
  const [role, features] = needs;
  const [code, , options, uri] = message as readonly [number, unknown, Dict, unknown];
  for (const name in options) {
    const feature = features[name];
    if (feature === undefined || plain(name, options[name]) || supports(role, feature)) continue;
    throw new InvalidStateError(
      `${messageName(code)} ${JSON.stringify(uri)}: the router does not announce ${feature}, which ${name} needs ` +
        '(the option checkFeatures: false sends it nevertheless)',
    );
  }
}
