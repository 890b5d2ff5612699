import type { Subscription } from 'rxjs';
import { ApplicationError, type WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { isLooseUri, type Match, type Uri } from '../protocol/uris.ts';
import type { JoinedSession } from './options.ts';
import type { Reply, RequestPort } from './request-port.ts';
import { now } from './time.ts';

/** What a stream is, for code that decides about it. */
export interface StreamInfo {
  /** `setup`: a function that `forEachSession()` runs. */
  readonly kind: 'topic' | 'procedure' | 'setup';
  /** The topic or procedure, or its pattern; the name of a `setup`. */
  readonly uri: Uri;
  /** How `uri` matches; `exact` for a `setup`. */
  readonly match: Match;
}

/** Where a stream stands in the present session. */
export type StreamPhase =
  /** No request is under way: there is no session, or its turn, or with a timer its time, has not come. */
  | { readonly phase: 'waiting'; readonly timer?: Subscription | undefined }
  /** The first request in this session is unanswered. */
  | { readonly phase: 'requested' }
  /** The router confirmed it, under its id. */
  | { readonly phase: 'confirmed'; readonly id: Id }
  /** It is not wanted any more, and ends with the router's answer; the id is 0 until the router has given one. */
  | { readonly phase: 'leaving'; readonly id: Id }
  | { readonly phase: 'ended' };

const WAITING: StreamPhase = { phase: 'waiting' };
const ENDED: StreamPhase = { phase: 'ended' };

/** A subscription or registration that outlives its sessions. */
export abstract class Recoverable implements StreamInfo {
  abstract readonly kind: StreamInfo['kind'];
  readonly uri: Uri;
  readonly match: Match;
  /** What it is requested with, as sent. */
  abstract readonly wire: Readonly<Dict>;
  state: StreamPhase = WAITING;
  /** Since when it is requested, confirmed, or neither: milliseconds since the epoch. Healing begins with the loss. */
  since = now();
  /** Its requests that are unanswered; a confirmed stream may repeat one. */
  requests = 0;
  /** Whether any session ever confirmed it. */
  confirmedOnce = false;
  /** How often in a row the router hung up while a request of it was unanswered. */
  losses = 0;
  /** Refusals in a row. */
  tries = 0;

  constructor(uri: Uri, match: Match) {
    this.uri = uri;
    this.match = match;
  }

  get key(): string {
    return keyOf(this.kind, this.uri, this.match);
  }

  /** The router's id in the present session; 0 where there is none. */
  get id(): Id {
    return 'id' in this.state ? this.state.id : 0;
  }

  /** Requests it in a session. */
  abstract request(port: RequestPort): void;
  /** The session is gone; observers that were bound to it end with `error`, or complete where there is none. */
  abstract detached(session: JoinedSession, error: WampError | undefined): void;
  /** Completes its observer and gives it back, where the client can do without it before it is closed. */
  complete?(): void;
  /** Ends its observers, with an error or without one. */
  abstract end(error?: Error): void;

  /** The error for an ERROR that came for it. */
  protected errorOf(port: RequestPort, reply: Reply): Error {
    return port.errorOf(reply as MessageOf<8>, { [this.kind]: this.uri });
  }

  /** The error of a stream that the router withdrew. */
  protected revocation(reason: unknown, otherwise: Uri): Error {
    return new ApplicationError(isLooseUri(reason) ? reason : otherwise, [], {}, { [this.kind]: this.uri });
  }

  /** Forgets what belongs to one session; a stream that leaves has left with it. */
  reset(): void {
    if (this.state.phase === 'waiting') this.state.timer?.unsubscribe();
    // one that heals already has done so since an earlier loss
    if (this.id > 0 || !this.confirmedOnce) this.since = now();
    if (this.state.phase === 'leaving') this.state = { phase: 'leaving', id: 0 };
    else if (this.state.phase !== 'ended') this.state = WAITING;
    this.requests = 0;
    this.tries = 0;
  }

  /** No request, answer or observer concerns it any more. */
  close(): void {
    this.state = ENDED;
  }
}

/** The key under which there is one stream. */
export const keyOf = (kind: Recoverable['kind'], uri: Uri, match: Match): string => `${kind} ${match} ${uri}`;
