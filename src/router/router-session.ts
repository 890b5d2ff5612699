import type { Subscription as Teardown } from 'rxjs';
import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import { supports } from '../protocol/features.ts';
import { nextId, type Id } from '../protocol/ids.ts';
import { ERROR, withPayload, type Message, type MessageOf } from '../protocol/messages.ts';
import type { Args, Dict } from '../protocol/payload.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { RouterPeer } from './router-options.ts';
import type { LinkInfo, SessionView } from './view-types.ts';
import type { Quirks } from './quirks.ts';

/** A malformed URI, as the answer to a request. */
export class BadUri extends ApplicationError {
  constructor(message: string) {
    super('wamp.error.invalid_uri', [message]);
  }
}

/** What a session needs of the link that carries it. */
export interface SessionLink {
  readonly info: LinkInfo;
  readonly peer: RouterPeer;
  send(message: Message): void;
  /** Ends the session with GOODBYE, begun by the router. */
  goodbye(reason: Uri, message?: string): void;
  /** Ends session and link without a word, as Crossbar.io does at a malformed URI. */
  crash(code: number, reason: string): void;
}

/** A subscription of the broker: one for each topic and match policy. */
export interface Subscription {
  readonly id: Id;
  readonly uri: Uri;
  readonly match: Match;
  readonly created: string;
  readonly subscribers: Set<RouterSession>;
  /** Events are kept for it: it stays without subscribers. */
  readonly permanent: boolean;
}

/** One session behind a registration. */
export interface Callee {
  readonly session: RouterSession;
  readonly concurrency: number;
  readonly discloseCaller: boolean;
  readonly forwardTimeout: boolean;
  /** Invocations that it has not answered. */
  running: number;
}

/** A registration of the dealer: one for each procedure and match policy, with one or several callees. */
export interface Registration {
  readonly id: Id;
  readonly uri: Uri;
  readonly match: Match;
  readonly invoke: string;
  readonly created: string;
  callees: Callee[];
  /** Where round-robin goes on. */
  cursor: number;
}

/** One list of arguments of a call. */
export interface Chunk {
  readonly args: Args | undefined;
  readonly kwargs: Dict | undefined;
  /** Whether more follow. */
  readonly more: boolean;
}

/** A call from its CALL to its final answer. */
export interface Call {
  readonly caller: RouterSession;
  readonly request: Id;
  readonly procedure: Uri;
  readonly options: Dict;
  /** What came from the caller, kept while the call may still go to another callee. */
  chunks: Chunk[];
  /** Whether the caller has more chunks to send. */
  open: boolean;
  /** Whether a partial result went to the caller: it stays with this callee then. */
  answered: boolean;
  /** CANCEL with mode kill is under way. */
  killed: boolean;
  /** Whether the caller is to be named to callees. */
  disclose: boolean;
  /** The callees that declined. */
  readonly declined: Set<Callee>;
  route?: Route | undefined;
  timer?: Teardown | undefined;
}

/** Where a call went. */
export interface Route {
  readonly registration: Registration;
  readonly callee: Callee;
  readonly invocation: Id;
  /** Whether the callee may send progressive results. */
  readonly progress: boolean;
  /** Whether the first chunk alone was sent so far. */
  first: boolean;
}

/** How many ended calls and invocations a session remembers, to tell late frames from wrong ones. */
const REMEMBERED = 10_000;

/** Remembers the last few ids, in a ring: a Set alone finds its oldest one only behind the places of all deleted ones. */
class RecentIds {
  readonly #ids = new Set<Id>();
  readonly #ring: Id[] = [];
  #next = 0;

  add(id: Id): void {
    if (this.#ids.has(id)) return;
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#ids.delete(oldest);
    this.#ring[this.#next] = id;
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#ids.add(id);
  }

  has(id: Id): boolean {
    return this.#ids.has(id);
  }

  delete(id: Id): void {
    this.#ids.delete(id);
  }
}

/** One joined session, as the router sees it. */
export class RouterSession {
  readonly id: Id;
  readonly realm: string;
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
  readonly trustlevel: number | undefined;
  readonly hello: Readonly<Dict>;
  readonly link: SessionLink;
  readonly quirks: Quirks;
  /** False once it has left; answers of slow hooks count no more then. */
  live = true;
  ghost = false;
  /** The router's own: it needs no permission. */
  trusted = false;

  readonly subscriptions = new Set<Subscription>();
  readonly registrations = new Set<Registration>();
  /** As caller: open calls by request id. */
  readonly calls = new Map<Id, Call>();
  /** As caller: progressive calls that are over; chunks may still be under way. */
  readonly endedCalls = new RecentIds();
  /** As callee: running invocations. */
  readonly invocations = new Map<Id, Call>();
  /** As callee: invocations whose call is over, while their answer may still come. */
  readonly abandoned = new RecentIds();
  #lastRequest: Id = 0;
  #lastInvocation: Id = 0;

  constructor(
    id: Id,
    realm: string,
    identity: Pick<RouterSession, 'authid' | 'authrole' | 'authmethod' | 'authprovider' | 'trustlevel'>,
    hello: Readonly<Dict>,
    link: SessionLink,
    quirks: Quirks,
  ) {
    this.id = id;
    this.realm = realm;
    this.authid = identity.authid;
    this.authrole = identity.authrole;
    this.authmethod = identity.authmethod;
    this.authprovider = identity.authprovider;
    this.trustlevel = identity.trustlevel;
    this.hello = hello;
    this.link = link;
    this.quirks = quirks;
  }

  /** Whether the client announced a feature for one of its roles. */
  supports(role: 'publisher' | 'subscriber' | 'caller' | 'callee', feature: string): boolean {
    return supports(this.hello, role, feature);
  }

  send(message: Message): void {
    if (this.live) this.link.send(message);
  }

  /** Answers a request with ERROR. */
  error(type: number, request: Id, uri: Uri, args?: Args, kwargs?: Dict, details: Dict = {}): void {
    this.send(withPayload<MessageOf<8>>([ERROR, type, request, details, uri], args, kwargs));
  }

  /** Answers a request with a refusal. */
  refuse(type: number, request: Id, error: ApplicationError): void {
    if (error instanceof BadUri && this.quirks.badUriCloses) this.link.crash(1011, 'malformed URI');
    else this.error(type, request, error.uri, error.args, error.kwargs);
  }

  /** Whether this is the id that the next request must have. */
  isNext(request: Id): boolean {
    return request === nextId(this.#lastRequest);
  }

  /**
   * Takes the id of a new request.
   *
   * @throws ProtocolError when it leaves the sequence
   */
  take(request: Id): void {
    if (!this.isNext(request)) {
      throw new ProtocolError(
        `Request ids count up from 1 in a session: expected ${nextId(this.#lastRequest)}, got ${request}`,
      );
    }
    this.#lastRequest = request;
  }

  /** The id of the next invocation, where they are counted. */
  nextInvocation(): Id {
    return (this.#lastInvocation = nextId(this.#lastInvocation));
  }

  /** The session as the meta API describes it. */
  describe(): Dict {
    const { id: session, authid, authrole, authmethod, authprovider, link } = this;
    return { session, authid, authrole, authmethod, authprovider, transport: { ...link.info } };
  }

  /** The session as plain data. */
  view(): SessionView {
    const { id, realm, authid, authrole, authmethod, authprovider, hello, ghost } = this;
    const { agent, roles } = hello;
    return {
      id,
      realm,
      authid,
      authrole,
      authmethod,
      authprovider,
      ...(typeof agent === 'string' ? { agent } : {}),
      link: this.link.info,
      roles: roles as Dict,
      ghost,
    };
  }
}
