/** A router that {@link QUIRKS} can imitate. */
export type RouterProfile = 'crossbar' | 'nexus';

interface Quirk {
  /** The profiles that switch it on. */
  readonly like: readonly RouterProfile[];
  /** What the router does, and where it leaves the specification. */
  readonly reason: string;
}

const quirk = (like: RouterProfile | readonly RouterProfile[], reason: string): Quirk => ({
  like: typeof like === 'string' ? [like] : like,
  reason,
});

/**
 * The habits of real routers that clients trip over, each a switch of its own: `like: 'crossbar'` sets all of
 * Crossbar.io's, `quirks: { … }` single ones. Met in Crossbar.io 25.12 and nexus 3.2.
 */
export const QUIRKS = {
  silentCancel: quirk('crossbar', 'CANCEL with mode skip, or to a callee without call_canceling, is never answered'),
  bareInterrupt: quirk('crossbar', 'CANCEL without a mode becomes an INTERRUPT without one, and ERROR at once'),
  killCancels: quirk('crossbar', 'after CANCEL with mode kill a YIELD still reaches the caller as ERROR canceled'),
  timeoutInSeconds: quirk(
    'crossbar',
    'CALL.timeout is always handed on to the callee; the own timer takes it as seconds and answers ' +
      'canceled ["timeout reached"], only to callers with call_canceling',
  ),
  ignoresDisclosure: quirk('crossbar', 'disclose_me and disclose_caller are ignored; configuration alone discloses'),
  disclosesCallee: quirk('crossbar', 'RESULT carries callee, callee_authid and callee_authrole'),
  dropsUnknownKeys: quirk('crossbar', 'ppt_*, x_* and _* attributes vanish on the way'),
  echoesGoodbye: quirk('crossbar', "GOODBYE is answered with the client's own reason"),
  badUriCloses: quirk('crossbar', 'a malformed URI closes the connection with 1011 instead of ERROR invalid_uri'),
  violationCloses: quirk('crossbar', 'a protocol violation closes the connection with 1002, without ABORT'),
  ignoresSecondHello: quirk('crossbar', 'a second HELLO is logged and ignored'),
  deniesAsNotAuthorized: quirk('crossbar', 'wrong credentials: ABORT wamp.error.not_authorized'),
  stopsAtUnknownMethod: quirk('crossbar', 'an unknown authmethod before a usable one refuses the session'),
  retainsAnew: quirk('crossbar', 'a retained event has a new publication id and no topic'),
  revokesUnannounced: quirk('crossbar', 'revocations go also to callees that did not announce the feature'),
  namesPolicyConflict: quirk('crossbar', 'another invoke policy: procedure_exists_with_different_invocation_policy'),
  progressRegardless: quirk('crossbar', 'receive_progress is handed on to callees that announced no progress'),
  shortLeave: quirk('crossbar', 'wamp.session.on_leave carries the session id alone'),
  listsKilled: quirk('crossbar', 'wamp.session.kill_by_authrole answers with a list'),
  simpleHistory: quirk(
    'crossbar',
    'get_events takes (subscription, limit = 10) and nothing else, and answers newest first, with rows of its own: ' +
      'time_ns in place of the timestamp, no details',
  ),
  noReroute: quirk(['crossbar', 'nexus'], 'ERROR unavailable goes to the caller: no other callee is asked'),
  progressFalse: quirk('nexus', 'every INVOCATION carries progress: false'),
  procedureAlways: quirk('nexus', 'INVOCATION carries the procedure for exact registrations too'),
  misspeltCount: quirk('nexus', 'wamp.subscription.count_suscribers is the only name of that procedure'),
  capitalHistory: quirk(
    'nexus',
    'get_events answers an event per positional argument, with capitalised keys and no timestamp; is_limit_reached ' +
      'says that the store is full; limit is ignored, and bounds by publication are refused',
  ),
  zeroForNone: quirk('nexus', 'lookup and match of one registration or subscription answer 0 for none'),
  bareDefaults: quirk('nexus', "descriptions of subscriptions and registrations say '' for exact and for single"),
  nullLists: quirk('nexus', 'a list with nothing in it is null'),
  emptyUnknown: quirk('nexus', 'list_subscribers of a subscription without subscribers: no_such_subscription'),
  ignoresUndecodable: quirk('nexus', 'frames that cannot be decoded are ignored'),
  deniesAsFailed: quirk('nexus', 'wrong credentials: ABORT wamp.error.authentication_failed'),
  noRetention: quirk('nexus', 'retain and get_retained are ignored'),
  noRevocation: quirk('nexus', 'nothing is revoked with UNSUBSCRIBED 0 or UNREGISTERED 0'),
  noConcurrency: quirk('nexus', 'concurrency and force_reregister are ignored'),
  cancelErrorType: quirk('nexus', 'a CANCEL with an invalid mode is answered with ERROR of type 49'),
  interruptsLateProgress: quirk('nexus', 'a late progressive YIELD is answered with INTERRUPT killnowait'),
  doublesCallee: quirk('nexus', 'a session that registers a shared procedure twice is its callee twice'),
  emptyListsIgnored: quirk('nexus', 'an empty eligible list is no filter'),
  metaNotToCause: quirk(
    'nexus',
    'subscription meta events do not go to the session that caused them; at its loss there is on_delete alone',
  ),
  countsKilled: quirk('nexus', 'wamp.session.kill_by_authid answers with a count'),
  longestWildcard: quirk('nexus', 'of matching wildcards the longest pattern string wins'),
  nullArgs: quirk('nexus', 'keyword arguments without positional ones are sent behind null'),
} as const satisfies Record<string, Quirk>;

/** The name of one router's habit. */
export type QuirkName = keyof typeof QUIRKS;
/** Which habits are on. */
export type Quirks = Readonly<Record<QuirkName, boolean>>;

/** The switches of a profile, with single ones overruled. */
export function quirksOf(like: RouterProfile | undefined, overrules: Partial<Record<QuirkName, boolean>> = {}): Quirks {
  const names = Object.keys(QUIRKS) as QuirkName[];
  return Object.fromEntries(
    names.map((name) => {
      const profiles: readonly RouterProfile[] = QUIRKS[name].like;
      return [name, overrules[name] ?? (like !== undefined && profiles.includes(like))];
    }),
  ) as Record<QuirkName, boolean>;
}

const BROKER =
  'publisher_identification publisher_exclusion subscriber_blackwhite_listing pattern_based_subscription ' +
  'session_meta_api subscription_meta_api';
const DEALER =
  'caller_identification pattern_based_registration shared_registration progressive_call_results call_canceling ' +
  'session_meta_api registration_meta_api testament_meta_api';

/** What a router announces in WELCOME: features of its broker and of its dealer. */
export interface RouterFeatures {
  readonly broker: ReadonlySet<string>;
  readonly dealer: ReadonlySet<string>;
}

/** The announced features: all that there is, or those of the imitated router. */
export function featuresOf(like: RouterProfile | undefined): RouterFeatures {
  const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));
  switch (like) {
    case 'crossbar':
      return {
        broker: set(
          `${BROKER} subscription_revocation event_retention payload_transparency payload_encryption_cryptobox`,
        ),
        dealer: set(`${DEALER} registration_revocation payload_transparency payload_encryption_cryptobox`),
      };
    case 'nexus':
      return {
        broker: set(`${BROKER} payload_passthru_mode event_history`),
        dealer: set(`${DEALER} progressive_call_invocations call_timeout payload_passthru_mode`),
      };
    case undefined:
      return {
        broker: set(
          `${BROKER} publication_trustlevels subscription_revocation event_history event_retention ` +
            'payload_passthru_mode payload_transparency payload_encryption_cryptobox',
        ),
        dealer: set(
          `${DEALER} progressive_call_invocations call_timeout call_reroute call_trustlevels registration_revocation ` +
            'payload_passthru_mode payload_transparency payload_encryption_cryptobox',
        ),
      };
  }
}
