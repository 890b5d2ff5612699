// Raw clients for specs of the test router: they send literal frames and collect what comes back, synchronously.
import { timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Message } from '../../src/protocol/messages.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import type { Router, RouterLink, RouterOptions } from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';

const features = (names: string): { features: Record<string, true> } => ({
  features: Object.fromEntries(names.split(' ').map((name) => [name, true as const])),
});

/** Roles of a client that can do everything. */
export const ROLES: Record<string, { features: Record<string, true> }> = {
  publisher: features(
    'publisher_identification subscriber_blackwhite_listing publisher_exclusion payload_passthru_mode',
  ),
  subscriber: features(
    'publisher_identification pattern_based_subscription subscription_revocation payload_passthru_mode',
  ),
  caller: features(
    'caller_identification progressive_call_results progressive_call_invocations call_canceling call_timeout ' +
      'payload_passthru_mode',
  ),
  callee: features(
    'caller_identification pattern_based_registration shared_registration progressive_call_results ' +
      'progressive_call_invocations call_canceling call_timeout call_reroute registration_revocation ' +
      'payload_passthru_mode',
  ),
};
/** Roles of a client that announces nothing. */
export const PLAIN = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

/** The routers of a spec: their links are cut after it, so that no farewell's timer outlives it. */
const routers = new Set<Router>();
afterEach(() => {
  for (const router of routers) router.dropAll();
  routers.clear();
});

/** A client of literal frames. */
export class RawPeer {
  /** What came, oldest first. */
  readonly frames: (readonly unknown[])[] = [];
  /** How the router hung up. */
  readonly closed: (readonly [code: number | undefined, reason: string | undefined])[] = [];
  readonly link: RouterLink;
  /** Of WELCOME. */
  session = 0;
  #seen = 0;

  constructor(router: Router) {
    routers.add(router);
    this.link = router.attach(
      {
        send: (message: Message) => {
          this.frames.push(message);
          if (message[0] === 2) this.session = message[1];
        },
        close: (code, reason) => {
          this.closed.push([code, reason]);
        },
      },
      { type: 'raw' },
    );
  }

  /** Sends frames, one after the other. */
  send(...frames: unknown[]): this {
    for (const frame of frames) this.link.receive(frame);
    return this;
  }

  /** What came since the last time. */
  take(): (readonly unknown[])[] {
    const news = this.frames.slice(this.#seen);
    this.#seen = this.frames.length;
    return news;
  }

  /** The last element number `index` that came. */
  last(index: number): never {
    return this.frames.at(-1)?.[index] as never;
  }
}

/** A client on an open link, before HELLO. */
export const dialled = (router: Router): RawPeer => new RawPeer(router);

/** A client that has joined; WELCOME is taken. */
export function joined(router: Router, details: Dict = {}, realm = 'realm1'): RawPeer {
  const peer = dialled(router).send([1, realm, { roles: ROLES, ...details }]);
  peer.take();
  return peer;
}

/** A router with `n` clients that have joined. */
export function setUp(n: 1, options?: RouterOptions): [TestRouter, RawPeer];
export function setUp(n: 2, options?: RouterOptions): [TestRouter, RawPeer, RawPeer];
export function setUp(n: 3, options?: RouterOptions): [TestRouter, RawPeer, RawPeer, RawPeer];
export function setUp(n: number, options: RouterOptions = {}): [TestRouter, ...RawPeer[]] {
  const router = createTestRouter(options);
  return [router, ...Array.from({ length: n }, () => joined(router))];
}

/** Any id. */
export const id = (): number => jasmine.any(Number) as unknown as number;
/** Any text. */
export const text = (): string => jasmine.any(String) as unknown as string;
/** ABORT for a breach of the protocol. */
export const VIOLATION = [3, { message: text() }, 'wamp.error.protocol_violation'];

/** Runs with virtual time; `at(ms, check)` looks at a moment of it. */
export function virtual(run: (at: (ms: number, check: () => void) => void) => void): void {
  new TestScheduler(() => undefined).run(({ flush }) => {
    let failure: unknown;
    run((ms, check) => {
      timer(ms).subscribe(() => {
        try {
          check();
        } catch (error) {
          failure ??= error;
        }
      });
    });
    flush();
    if (failure !== undefined) throw failure as Error;
  });
}
