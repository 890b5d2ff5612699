import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { CALL, CANCEL, RESULT, withPayload, type MessageOf } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Authorizer } from './authorizer.ts';
import { LIMIT_EXCEEDED, type RealmContext } from './context.ts';
import { CANCELED, Invocations } from './invocations.ts';
import { Registrations, type Announce } from './registrations.ts';
import { assertPassthru, assertWellFormed } from './relay.ts';
import type { Call, Chunk, RouterSession } from './router-session.ts';

/** Finds what answers calls of a `wamp.*` procedure: it gives the result, or throws an ApplicationError. */
export type MetaProcedures = (
  procedure: Uri,
) =>
  ((session: RouterSession, args: List, kwargs: Dict) => { readonly args: List; readonly kwargs?: Dict }) | undefined;

/** The dealer of one realm (WAMP, sections "Remote Procedure Calls" and "Advanced RPC"): its dealings with callers. */
export class Dealer {
  readonly registrations: Registrations;
  readonly invocations: Invocations;
  readonly #context: RealmContext;
  readonly #authorizer: Authorizer;
  readonly #meta: MetaProcedures;

  constructor(context: RealmContext, authorizer: Authorizer, announce: Announce, meta: MetaProcedures) {
    this.registrations = new Registrations(context, authorizer, announce);
    this.invocations = new Invocations(context, this.registrations);
    this.#context = context;
    this.#authorizer = authorizer;
    this.#meta = meta;
  }

  /**
   * Takes a CALL: a new one, or the next chunk of a progressive one, which has the same request id.
   *
   * @throws ProtocolError for an id out of sequence, or a feature that was not announced
   */
  call(session: RouterSession, message: MessageOf<48>): void {
    const [, request, options, procedure, args, kwargs] = message;
    const chunk: Chunk = { args, kwargs, more: options['progress'] === true };
    if (!session.isNext(request)) {
      const open = session.calls.get(request);
      if (open?.open) this.#continue(open, procedure, chunk);
      // a chunk of a call that ended meanwhile is dropped; everything else is out of sequence
      else if (open || !session.endedCalls.has(request)) session.take(request);
      return;
    }
    session.take(request);
    if (chunk.more) this.#assertStreams(session);
    assertPassthru(this.#context.quirks.dropsUnknownKeys ? {} : options, session, 'caller');
    const call: Call = {
      caller: session,
      request,
      procedure,
      options,
      chunks: [chunk],
      open: chunk.more,
      answered: false,
      killed: false,
      disclose: false,
      declined: new Set(),
    };
    if (session.calls.size >= this.#context.limits.callsPerSession) {
      session.error(CALL, request, LIMIT_EXCEEDED, ['Too many open calls of one session']);
      return;
    }
    session.calls.set(request, call);
    this.invocations.guarded(call, () => {
      assertWellFormed(procedure, 'exact', this.#context.options.strictUris === true, false);
      this.#authorizer.check(
        session,
        'call',
        procedure,
        'exact',
        options,
        (disclose) => {
          // the caller may have cancelled while a slow hook was thinking
          if (session.calls.get(request) !== call) return;
          this.invocations.guarded(call, () => {
            this.#begin(call, disclose);
          });
        },
        (error) => {
          if (session.calls.get(request) !== call) return;
          this.invocations.end(call);
          session.refuse(CALL, request, error);
        },
      );
    });
  }

  /** Takes a CANCEL. For a call that is over there is no answer. */
  cancel(session: RouterSession, [, request, options]: MessageOf<49>): void {
    const { quirks } = this.#context;
    const call = session.calls.get(request);
    const mode = (options['mode'] ?? 'killnowait') as 'skip' | 'kill' | 'killnowait';
    // after kill the others still free a caller whose callee does not answer
    if (!call || (call.killed && mode === 'kill')) return;
    const callee = call.route?.callee.session;
    if (mode === 'skip' || !callee?.supports('callee', 'call_canceling')) {
      const routed = call.route !== undefined;
      this.invocations.end(call);
      if (!quirks.silentCancel || !routed) session.error(CALL, request, CANCELED);
      return;
    }
    if (mode === 'kill') {
      call.killed = true;
      this.invocations.interrupt(call, { mode });
      return;
    }
    this.invocations.interrupt(call, quirks.bareInterrupt && options['mode'] === undefined ? {} : { mode });
    this.invocations.end(call);
    session.error(CALL, request, CANCELED);
  }

  /** Answers a CANCEL whose mode is none, as nexus does. */
  refuseCancel(session: RouterSession, request: Id): void {
    session.error(CANCEL, request, 'wamp.error.invalid_argument', ['mode: expected skip, kill or killnowait']);
  }

  /** Takes a session out of all calls and registrations. */
  leave(session: RouterSession): void {
    this.invocations.leave(session);
    this.registrations.leave(session);
  }

  #assertStreams(session: RouterSession): void {
    const able = this.#context.features.dealer.has('progressive_call_invocations');
    if (able && session.supports('caller', 'progressive_call_invocations')) return;
    const who = able ? 'caller' : 'dealer';
    throw new ProtocolError(`CALL.options.progress: the ${who} did not announce progressive_call_invocations`);
  }

  #continue(call: Call, procedure: Uri, chunk: Chunk): void {
    if (procedure !== call.procedure) {
      throw new ProtocolError(
        `CALL: call ${call.request} went to '${call.procedure}', its next chunk to '${procedure}'`,
      );
    }
    call.open = chunk.more;
    this.invocations.continue(call, chunk);
  }

  #begin(call: Call, disclose: boolean | undefined): void {
    const { caller, request, procedure, options } = call;
    const meta = this.#meta(procedure);
    if (meta) {
      const [chunk] = call.chunks;
      const args = chunk?.args instanceof Uint8Array ? [chunk.args] : (chunk?.args ?? []);
      const result = meta(caller, args, chunk?.kwargs ?? {});
      this.invocations.end(call);
      caller.send(withPayload<MessageOf<50>>([RESULT, request, {}], result.args, result.kwargs));
      return;
    }
    const { disclosure = 'onRequest' } = this.#context.options;
    const wanted = options['disclose_me'] === true && !this.#context.quirks.ignoresDisclosure;
    if (wanted && disclosure === 'never') {
      throw new ApplicationError('wamp.error.option_disallowed.disclose_me', ['This realm does not name callers']);
    }
    call.disclose = disclose ?? (wanted || disclosure === 'always');
    const registration = this.registrations.best(procedure);
    if (!registration) {
      throw new ApplicationError('wamp.error.no_such_procedure', [`There is no registration for '${procedure}'`]);
    }
    this.invocations.route(call, registration);
  }
}
