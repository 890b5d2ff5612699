// Where a router leaves the specification, or our own router: what fails there must fail, for the reason given.
import type { RouterName } from './routers/router.ts';

/** One known deviation. */
export interface Deviation {
  /** The router; none where it is the peer's own, on each. */
  readonly router?: RouterName;
  /** Which specs it makes fail: matched with the spec's full name, without the router. */
  readonly spec: RegExp;
  /** What the router does instead. */
  readonly reason: string;
  /** How the spec fails; matched with the text of its failure. */
  readonly as: RegExp;
  /** Milliseconds until it must have failed, where it takes longer than most. */
  readonly patience?: number;
}

/** Features that a router does not announce: the client says so at once. */
const unannounced = (router: RouterName, feature: string, spec: RegExp): Deviation => ({
  router,
  spec,
  reason: `it does not announce ${feature}`,
  as: new RegExp(`needs ${feature}, which the router does not announce`),
});

const DEVIATIONS: readonly Deviation[] = [
  // ── nexus
  unannounced('nexus', 'event_retention', /retain an event|retain it for|call onSubscribed before|a retained event/),
  {
    router: 'nexus',
    spec: /forceReregister evicts/,
    reason: 'force_reregister is ignored',
    as: /procedure_already_exists/,
  },
  {
    router: 'nexus',
    spec: /concurrency bounds what runs/,
    reason: 'concurrency is ignored: the second call reaches the callee, too',
    as: /did not complete/,
  },
  {
    router: 'nexus',
    spec: /(subscription|registration) that the router takes away/,
    reason: 'nothing is revoked: the meta API cannot remove a subscriber or a callee',
    as: /no_such_procedure/,
  },
  {
    router: 'nexus',
    spec: /announces payload_encryption_cryptobox/,
    reason: "payloads in Autobahn's own shape (enc_algo) are not announced",
    as: /false/,
  },
  // ── Crossbar.io
  {
    router: 'crossbar',
    spec: /the wrong key reads nothing|a call in passthru mode to a callee without/,
    reason: "payload passthru mode is not announced; payloads in Autobahn's own shape (enc_algo) are",
    as: /does not announce/,
  },
  {
    router: 'crossbar',
    spec: /announces payload_passthru_mode/,
    reason: "payload passthru mode is not announced; payloads in Autobahn's own shape (enc_algo) are",
    as: /false/,
  },
  {
    router: 'crossbar',
    spec: /disclose the (publisher|caller) where|take one object for arguments and options/,
    reason: 'disclose_me and disclose_caller are ignored: the configuration of the role alone discloses',
    as: /Expected (undefined|\$\[\d\] = null) to/,
  },
  unannounced(
    'crossbar',
    'progressive_call_invocations',
    /stream arguments and results both ways|arguments that come in chunks/,
  ),
  {
    router: 'crossbar',
    spec: /share a procedure among clients/,
    reason: 'another policy is refused with procedure_exists_with_different_invocation_policy',
    as: /procedure_exists_with_different_invocation_policy/,
  },
  {
    router: 'crossbar',
    spec: /minds the timeout that the router leaves|a time-out of the router is in milliseconds/,
    reason: 'call_timeout is not announced: the client alone minds time-outs',
    as: /Expected (undefined to be 25|false to be true)/,
  },
  {
    router: 'crossbar',
    spec: /CANCEL skip/,
    reason: 'CANCEL with mode skip is never answered',
    as: /Timeout/,
  },
  {
    router: 'crossbar',
    spec: /a session, a call and an event by requests/,
    reason: 'its long-poll service fails inside: it cannot hand any message to its own session layer',
    as: /expected joined, it is failed/,
  },
  {
    router: 'crossbar',
    spec: /tls: the certificate of joe opens/,
    reason: 'it looks for the client certificate before the TLS handshake is over, and finds none',
    as: /client did not send a TLS client certificate/,
  },
  {
    router: 'crossbar',
    spec: /cryptosign, bound to the channel/,
    reason: 'it takes tls-unique before the TLS handshake is over: a wrong one',
    as: /message signed is bogus/,
  },
  {
    router: 'crossbar',
    spec: /a registration that the router takes away/,
    reason: 'wamp.registration.remove_callee fails inside it',
    as: /remove_callee.*'NoneType' object has no attribute/,
  },
  // ── peers, on each router
  {
    spec: /beside (autobahn-js|wampy\.js): json (we answer its call|events both ways), with bytes/,
    reason: "JSON of the peer: it has no binary, and does not know WAMP's way to write it",
    as: /Object\({ 0: 0/,
  },
  {
    spec: /beside wampy\.js: cbor .*, with negative 53-bit integers/,
    reason: 'CBOR of wampy.js: negative integers of 64 bits are read wrongly (cbor-x before 1.6.9)',
    as: /to equal -8589934592/,
  },
  ...(['rxwamp', 'nexus'] as const).flatMap((router) => [
    {
      router,
      spec: /beside autobahn-js: \w+ its progressive results reach us/,
      reason:
        'autobahn-js does not announce that its callee can be cancelled: the specification denies it progress then',
      as: /runtime_error/,
    },
    {
      router,
      spec: /beside wampy\.js: \w+ its progressive results reach us/,
      reason: 'wampy.js does not announce that its callee can make progress: the specification denies it progress then',
      as: /Expected \$\.length = 1 to equal 4/,
    },
  ]),
  {
    router: 'nexus',
    spec: /beside .*: (msgpack|cbor) (we answer its call|events both ways), with bytes/,
    reason: 'binary is not translated between JSON and the other encodings',
    as: /AAF\/gP8=/,
  },
  {
    router: 'crossbar',
    spec: /beside autobahn-js: cbor (we answer its call|events both ways), with bytes/,
    reason: 'CBOR of the peer: bytes as typed arrays (tag 64), which the router cannot hand to clients with JSON',
    as: /no answer to call|values came|for a value/,
    patience: 8_000,
  },
  {
    router: 'crossbar',
    spec: /beside wampy\.js: cbor .*, with bytes/,
    reason: 'CBOR of the peer: bytes as typed arrays (tag 64), which the router cannot hand to clients with JSON',
    as: /no answer to|values came|for a value|Timeout/,
    patience: 12_000,
  },
  {
    router: 'rxwamp',
    spec: /beside wampy \(Python\)/,
    reason:
      'wampy (Python): the ids of its requests are random; the router, as the specification says, wants them in sequence',
    as: /no_such_procedure|nothing heard|no answer|the peer:/,
    patience: 8_000,
  },
];

/** The known deviation of a spec on a router. */
export function deviationOf(router: RouterName, spec: string): Deviation | undefined {
  return DEVIATIONS.find((each) => (each.router ?? router) === router && each.spec.test(spec));
}
