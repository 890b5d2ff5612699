import { asapScheduler, Observable, of, type Subscriber } from 'rxjs';
import type { WampError } from '../protocol/errors.ts';
import { PUBLISH, PUBLISHED, withPayload, type MessageOf } from '../protocol/messages.ts';
import { describeRequest } from '../protocol/uris.ts';
import type { PayloadRequest } from './option-checks.ts';
import { guarded, lossOf } from './error-mapping.ts';
import type { Publication, PublishOptions } from './options.ts';
import type { RequestPort, Reply, Request } from './request-port.ts';

/** The report of every publication that was written and that nobody will answer: one for all. */
const WRITTEN: Observable<Publication> = of({ acknowledged: false });

/**
 * One publication whose report is still open: queued, unacknowledged, or failed at once. Its `report`, which all that
 * begins or ends it returns, is replayed; an error that nobody observes goes to `unseen`.
 */
export class PendingPublication implements Request {
  readonly type = PUBLISH;
  /** What is published; replaced by a copy where it has to wait. */
  request: PayloadRequest<PublishOptions>;
  readonly report: Observable<Publication>;
  readonly #unseen: (error: unknown, topic: string) => void;
  #link: RequestPort | undefined;
  /** Who observes the report before there is one. */
  #waiting: Subscriber<Publication>[] | undefined;
  #outcome: Publication | { readonly error: unknown } | undefined;
  #observed = false;

  constructor(request: PayloadRequest<PublishOptions>, unseen: (error: unknown, topic: string) => void) {
    this.request = request;
    this.#unseen = unseen;
    this.report = new Observable((subscriber) => {
      this.#observed = true;
      if (this.#outcome) report(this.#outcome, subscriber);
      else (this.#waiting ??= []).push(subscriber);
    });
  }

  /** Sends it on a session that is open. */
  start(link: RequestPort): Observable<Publication> {
    this.#link = link;
    try {
      if (send(link, this.request, this)) this.#settle({ acknowledged: false });
    } catch (error) {
      this.fail(error);
    }
    return this.report;
  }

  settle(reply: Reply): void {
    if (reply[0] === PUBLISHED) this.#settle({ acknowledged: true, publication: reply[2] });
    else this.fail((this.#link as RequestPort).errorOf(reply as MessageOf<8>, { topic: this.request.uri }));
  }

  lost(error: WampError): void {
    this.fail(lossOf(error, `${describeRequest('publish', this.request.uri)}: no acknowledgement came`));
  }

  /** Reports an error; where nobody observes the report by the end of the turn, to `unseen`. */
  fail(error: unknown): Observable<Publication> {
    this.#settle({ error });
    asapScheduler.schedule(() => {
      if (!this.#observed) this.#unseen(error, this.request.uri);
    });
    return this.report;
  }

  /** Reports an error at the end of the turn, so that whoever tries again at once does not recurse. */
  failLater(error: unknown): Observable<Publication> {
    asapScheduler.schedule(() => this.fail(error));
    return this.report;
  }

  #settle(outcome: Publication | { readonly error: unknown }): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.#waiting?.forEach((subscriber) => guarded(() => report(outcome, subscriber)));
    this.#waiting = undefined;
  }
}

function report(outcome: Publication | { readonly error: unknown }, subscriber: Subscriber<Publication>): void {
  if ('error' in outcome) subscriber.error(outcome.error);
  else {
    subscriber.next(outcome);
    subscriber.complete();
  }
}

/** Writes PUBLISH. True where nothing more will be heard of it. */
function send(
  link: RequestPort,
  { uri, args, kwargs, options, wire }: PayloadRequest<PublishOptions>,
  pending?: Request,
): boolean {
  const acknowledged = options.acknowledge === true;
  const message = withPayload<MessageOf<16>>([PUBLISH, link.nextId, wire, uri], args, kwargs);
  link.request(message, acknowledged ? pending : undefined);
  return !acknowledged;
}

/** Publishes on a session that is open. */
export function publishOn(
  link: RequestPort,
  request: PayloadRequest<PublishOptions>,
  unseen: (error: unknown, topic: string) => void,
): Observable<Publication> {
  if (request.options.acknowledge !== true) {
    // the short way: nothing to keep, nothing to allocate
    try {
      send(link, request);
      return WRITTEN;
    } catch (error) {
      return new PendingPublication(request, unseen).fail(error);
    }
  }
  return new PendingPublication(request, unseen).start(link);
}
