import { asapScheduler, AsyncSubject, Observable, of } from 'rxjs';
import { ConnectionLostError, type WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { PUBLISH, PUBLISHED, withPayload, type MessageOf } from '../protocol/messages.ts';
import { describeRequest, type Uri } from '../protocol/uris.ts';
import type { PayloadRequest } from './option-checks.ts';
import { lossOf } from './error-mapping.ts';
import type { Publication, PublishOptions } from './options.ts';
import type { RequestPort, Reply, Request } from './request-port.ts';

/** Takes the error of a publication whose report has no observer. */
export type Unobserved = (error: unknown, topic: Uri) => void;

/** The report of every publication that was written and needs no answer: one for all. */
const WRITTEN: Observable<Publication> = of({ acknowledged: false });

/**
 * One publication whose report is still open: queued, unacknowledged, or failed at once. Its `report` is
 * replayed; an error without an observer goes to `unobserved`.
 */
export class PendingPublication implements Request {
  readonly type = PUBLISH;
  looks = 0;
  /** What is published; replaced by a copy where it has to wait. */
  request: PayloadRequest<PublishOptions>;
  readonly #outcome = new AsyncSubject<Publication>();
  #observed = false;
  readonly report = new Observable<Publication>((subscriber) => {
    this.#observed = true;
    // not the subscriber itself: what its end throws (`finalize()`) is reported as unhandled, and the others hear, too
    return this.#outcome.subscribe({
      next: (publication) => subscriber.next(publication),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });
  readonly #unobserved: Unobserved;
  #port: RequestPort | undefined;

  constructor(request: PayloadRequest<PublishOptions>, unobserved: Unobserved) {
    this.request = request;
    this.#unobserved = unobserved;
  }

  /** Sends it on a session that is open. */
  start(port: RequestPort): Observable<Publication> {
    this.#port = port;
    try {
      if (send(port, this.request, this)) this.#end({ acknowledged: false });
    } catch (error) {
      this.fail(error);
    }
    return this.report;
  }

  answer(reply: Reply): void {
    if (reply[0] === PUBLISHED) this.#end({ acknowledged: true, publication: reply[2] });
    else this.fail((this.#port as RequestPort).errorOf(reply as MessageOf<8>, { topic: this.request.uri }));
  }

  lost(error: WampError): void {
    this.fail(lossOf(error, `${describeRequest('publish', this.request.uri)}: no acknowledgement came`));
  }

  late(id: Id): void {
    (this.#port as RequestPort).requests.delete(id);
    this.fail(
      new ConnectionLostError(
        `${describeRequest('publish', this.request.uri)}: no acknowledgement came in time (requestTimeout)`,
        { maybeDelivered: true },
      ),
    );
  }

  /** Reports an error; where the report has no observer by the end of the turn, to `unobserved`. */
  fail(error: unknown): Observable<Publication> {
    this.#outcome.error(error);
    asapScheduler.schedule(() => {
      if (!this.#observed) this.#unobserved(error, this.request.uri);
    });
    return this.report;
  }

  /** Reports an error at the end of the turn, so that an observer that tries again at once does not recurse. */
  failLater(error: unknown): Observable<Publication> {
    asapScheduler.schedule(() => this.fail(error));
    return this.report;
  }

  #end(outcome: Publication): void {
    this.#outcome.next(outcome);
    this.#outcome.complete();
  }
}

/** Writes PUBLISH. True where no answer will come. */
function send(
  port: RequestPort,
  { uri, args, kwargs, options, wire }: PayloadRequest<PublishOptions>,
  pending?: Request,
): boolean {
  const acknowledged = options.acknowledge === true;
  const message = withPayload<MessageOf<16>>([PUBLISH, port.nextId, wire, uri], args, kwargs);
  port.request(message, acknowledged ? pending : undefined);
  return !acknowledged;
}

/** Publishes on a session that is open. */
export function publishOn(
  port: RequestPort,
  request: PayloadRequest<PublishOptions>,
  unobserved: Unobserved,
): Observable<Publication> {
  if (request.options.acknowledge !== true) {
    // the short way: nothing to keep, nothing to allocate
    try {
      send(port, request);
      return WRITTEN;
    } catch (error) {
      return new PendingPublication(request, unobserved).fail(error);
    }
  }
  return new PendingPublication(request, unobserved).start(port);
}
