import type { Observable } from 'rxjs';
import { type WampError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { ErrorEntry } from './error-mapping.ts';
import type { Dispatch } from './dispatch.ts';
import type { Session, Wamp } from './session.ts';
import type { Recovery } from './recovery.ts';

/** Where a client or session keeps its {@link Port}. */
export const PORT = Symbol('port');

/** What functions that take a client or a session may see of it beyond the four verbs. */
export interface Port {
  /** Bytes that were accepted and not yet handed to the network. */
  readonly bufferedAmount: number;
  /** Publications that wait for a session. */
  readonly queued: number;
  /** Whether there is a session that takes what is sent. */
  readonly open: boolean;
  /** Why nothing can be begun here any more, if so. */
  readonly refusal: WampError | undefined;
  /** Exceptions and the error URIs that they stand for, the newest first. */
  readonly errors: ErrorEntry[];
  /** The session that is joined now, then each later one; a session has none but itself. */
  readonly session$?: Observable<Session>;
  /** All topics and registrations, and the link of the session that is joined; of a client only. */
  readonly streams?: Recovery;
  /** Tells of an error in the application's code, on userErrors$: `onSubscribed of com.app.news`. */
  userError(error: unknown, context: string): void;
  /** Sees to it that there will be a session. */
  dial(): void;
}

/** What a session shows of itself; its port is made of it by those who need one. */
export interface SessionInside {
  readonly session: Session;
  readonly link: Dispatch;
  readonly streams: Recovery;
}

/** The port of a client or session; `what` asks for it. */
export function portOf(wamp: Wamp, what: string): Port {
  const port = (wamp as { readonly [PORT]?: Port | SessionInside } | undefined)?.[PORT];
  if (port === undefined) throw new TypeError(`${what}: expected a WampClient or a Session, got ${kindOf(wamp)}`);
  return 'link' in port ? sessionPort(port) : port;
}

const sessionPort = ({ session, link, streams }: SessionInside): Port => ({
  get bufferedAmount() {
    return link.open ? link.wire.channel.bufferedAmount : 0;
  },
  get open() {
    return link.open;
  },
  get refusal() {
    return streams.refusal(session);
  },
  errors: link.errors,
  userError: link.userError,
  queued: 0,
  dial: () => undefined,
});
