// A real router, as the suite sees it.
import type { ChannelBindingType } from '../../../src/auth/authenticator.ts';
import type { Program } from '../process.ts';

/** Names of the routers that the suite knows. */
export type RouterName = 'rxwamp' | 'nexus' | 'crossbar';

/** Where a router listens; what it lacks is undefined. */
export interface Addresses {
  readonly ws: string;
  /** WebSocket where the realm `secure` lets in who proves to be joe; `salted` and `salty` are for salted secrets. */
  readonly auth: string;
  readonly wss?: string;
  /** As `auth`, over TLS and with a look at the client's certificate. */
  readonly mtls?: string;
  readonly tcp?: { readonly host: string; readonly port: number };
  /** RawSocket over TLS. */
  readonly rss?: { readonly host: string; readonly port: number };
  readonly unix?: string;
  readonly longPoll?: string;
}

/** What a router can do. */
export interface Abilities {
  /** Serializers in their batched form. */
  readonly batches: boolean;
  /** The four verbs over HTTP long-poll. */
  readonly longPoll: boolean;
  /** The shapes of payloads that it does not read. */
  readonly packs: readonly ('ppt_scheme' | 'enc_algo')[];
  /** Of the ways to authenticate those that it has; `cookie` by one that it sets, or by one that is configured. */
  readonly methods: readonly AuthMethod[];
  /** Who has a salted secret, and where. */
  readonly salted: { readonly realm: string; readonly authid: string };
  /** What it says to who cannot prove to be joe. */
  readonly refuses: RegExp;
  /** It may hang up before its last message, an ABORT or a GOODBYE, has left its queue: then the client knows of a loss alone. */
  readonly losesLast?: boolean;
  readonly cookie?: 'set' | 'given';
  /** The channel binding that cryptosign may be given. */
  readonly binding?: ChannelBindingType;
}

/** A way to prove to be joe. */
export type AuthMethod =
  'ticket' | 'wampcra' | 'wampcra, salted' | 'wamp-scram, PBKDF2' | 'wamp-scram, Argon2id' | 'scram' | 'cryptosign';

/** A router that can be started again at the same addresses. */
export interface RealRouter {
  readonly name: RouterName;
  /** With its version. */
  readonly title: string;
  readonly at: Addresses;
  /** What it can do that is not the same in all. */
  readonly can: Abilities;
  /** Starts it, or starts it again. */
  start(): Promise<void>;
  /** Ends it: in order, or as a crash would. */
  stop(how: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** The process that runs. */
  readonly program: Program | undefined;
}

/** The user of the realm `secure`, on each router. */
export const JOE = {
  authid: 'joe',
  secret: 'secret',
  /** Ed25519, 32 bytes of seed. */
  seed: new Uint8Array(32).fill(7),
  publicKey: 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
  salt: 'salt123',
  iterations: 1000,
  /** Of the router's and the client's certificates. */
  servername: 'localhost',
} as const;

/** The cookie that a router is configured to know. */
export const COOKIE = 'cbtid=interop';

/** The realm where events are kept. Of Crossbar.io, a realm that keeps events queues calls, too. */
export const KEEPING = 'keeping';

/** The topic whose events each router keeps. */
export const KEPT = 'interop.history.exact';
