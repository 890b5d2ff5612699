// A real router, as the suite sees it.
import type { Program } from '../process.ts';

/** Names of the routers that the suite knows. */
export type RouterName = 'rxwamp' | 'nexus' | 'crossbar';

/** Where a router listens; what it lacks is undefined. */
export interface Addresses {
  readonly ws: string;
  /** WebSocket where the realm `secure` lets in who proves to be joe; `salted` and `salty` are for salted secrets. */
  readonly auth: string;
  readonly wss?: string;
  readonly tcp?: { readonly host: string; readonly port: number };
  readonly unix?: string;
  readonly longPoll?: string;
}

/** A router that can be started again at the same addresses. */
export interface RealRouter {
  readonly name: RouterName;
  /** With its version. */
  readonly title: string;
  readonly at: Addresses;
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

/** The topic whose events each router keeps. */
export const KEPT = 'interop.history.exact';
