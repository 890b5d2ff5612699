import { asyncScheduler } from 'rxjs';
import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import {
  CALL,
  CANCEL,
  INTERRUPT,
  INVOCATION,
  RESULT,
  withPayload,
  YIELD,
  type Dict,
  type List,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Authorizer } from './authorizer.ts';
import { LIMIT_EXCEEDED, type RealmContext } from './context.ts';
import { Registrations, type Announce } from './registrations.ts';
import { assertPassthru, assertWellFormed, passesThru, relay } from './relay.ts';
import type { Call, Callee, Chunk, RouterSession } from './session.ts';

/** Answers calls of `wamp.*` procedures: the result, or throws an ApplicationError. `undefined`: no such procedure. */
export type MetaProcedures = (
  procedure: Uri,
) =>
  ((session: RouterSession, args: List, kwargs: Dict) => { readonly args: List; readonly kwargs?: Dict }) | undefined;

const CANCELED = 'wamp.error.canceled';

/** The dealer of one realm (WAMP, sections "Remote Procedure Calls" and "Advanced RPC"). */
export class Dealer {
  readonly registrations: Registrations;
  readonly #context: RealmContext;
  readonly #authorizer: Authorizer;
  readonly #meta: MetaProcedures;

  constructor(context: RealmContext, authorizer: Authorizer, announce: Announce, meta: MetaProcedures) {
    this.registrations = new Registrations(context, authorizer, announce);
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
      else if (open || !session.endedCalls.has(request)) session.take(request);
      return;
    }
    session.take(request);
    if (chunk.more) {
      const able = this.#context.features.dealer.has('progressive_call_invocations');
      if (!able || !session.supports('caller', 'progressive_call_invocations')) {
        throw new ProtocolError(
          `CALL.options.progress: the ${able ? 'caller' : 'dealer'} did not announce progressive_call_invocations`,
        );
      }
    }
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
    this.#guarded(call, () => {
      assertWellFormed(procedure, 'exact', this.#context.options.strictUris === true, false);
      this.#authorizer.check(
        session,
        'call',
        procedure,
        'exact',
        options,
        (disclose) => {
          // the caller may have cancelled while a slow hook was thinking
          if (session.calls.get(request) === call) this.#guarded(call, () => this.#begin(call, disclose));
        },
        (error) => this.#fail(call, error),
      );
    });
  }

  /** Takes a CANCEL. For a call that is over there is no answer. */
  cancel(session: RouterSession, [, request, options]: MessageOf<49>): void {
    const { quirks } = this.#context;
    const call = session.calls.get(request);
    if (!call || call.killed) return;
    const mode = (options['mode'] ?? 'killnowait') as 'skip' | 'kill' | 'killnowait';
    const callee = call.route?.callee.session;
    if (mode === 'skip' || !callee?.supports('callee', 'call_canceling')) {
      this.#end(call);
      if (!quirks.silentCancel || !call.route) session.error(CALL, request, CANCELED);
      return;
    }
    if (mode === 'kill') {
      call.killed = true;
      this.#interrupt(call, { mode });
      return;
    }
    this.#interrupt(call, quirks.bareInterrupt && options['mode'] === undefined ? {} : { mode });
    this.#end(call);
    session.error(CALL, request, CANCELED);
  }

  /** Answers a CANCEL whose mode is none, as nexus does. */
  refuseCancel(session: RouterSession, request: Id): void {
    session.error(CANCEL, request, 'wamp.error.invalid_argument', ['mode: expected skip, kill or killnowait']);
  }

  /**
   * Takes a YIELD.
   *
   * @throws ProtocolError where there is no such invocation, or nobody asked for progress
   */
  yielded(session: RouterSession, [, id, options, args, kwargs]: MessageOf<70>): void {
    const { quirks } = this.#context;
    const progress = options['progress'] === true;
    const call = this.#invocation(session, id, 'YIELD', progress);
    if (!call?.route) return;
    assertPassthru(quirks.dropsUnknownKeys ? {} : options, session, 'callee');
    if (passesThru(options) && !quirks.dropsUnknownKeys && !call.caller.supports('caller', 'payload_passthru_mode')) {
      const message = 'The caller did not announce payload_passthru_mode';
      session.error(YIELD, id, 'wamp.error.feature_not_supported', [message]);
      if (progress) session.abandoned.add(id);
      this.#fail(call, new ApplicationError('wamp.error.feature_not_supported', [message]), !progress);
      return;
    }
    if (progress && !call.route.progress) {
      throw new ProtocolError('YIELD.options.progress: the invocation did not ask for progressive results');
    }
    if (!progress && call.killed && quirks.killCancels) {
      this.#end(call, true);
      call.caller.error(CALL, call.request, CANCELED);
      return;
    }
    const details: Dict = progress ? { progress } : {};
    if (quirks.disclosesCallee) {
      details['callee'] = session.id;
      details['callee_authid'] = session.authid;
      details['callee_authrole'] = session.authrole;
    }
    relay(options, details, quirks);
    if (progress) {
      call.answered = true;
      this.#startTimer(call);
    } else this.#end(call, true);
    call.caller.send(withPayload<MessageOf<50>>([RESULT, call.request, details], args, kwargs));
  }

  /** Takes a callee's ERROR: to the caller, or, where it declines, on to the next callee. */
  failed(session: RouterSession, [, , id, details, error, args, kwargs]: MessageOf<8>): void {
    const { quirks } = this.#context;
    const call = this.#invocation(session, id, 'ERROR', false);
    if (!call?.route) return;
    if (error === 'wamp.error.unavailable' && !call.answered && !call.killed && !quirks.noReroute) {
      const { registration, callee } = call.route;
      this.#detach(call);
      call.declined.add(callee);
      this.#guarded(call, () => this.#invoke(call, this.registrations.pick(registration, call)));
      return;
    }
    this.#end(call, true);
    call.caller.error(CALL, call.request, error, args, kwargs, relay(details, {}, quirks));
  }

  /** Ends what a leaving session had to do with calls, as caller and as callee. */
  leave(session: RouterSession): void {
    for (const call of [...session.calls.values()]) {
      this.#interrupt(call, { mode: 'killnowait', reason: CANCELED });
      this.#end(call);
    }
    for (const call of [...session.invocations.values()]) {
      this.#end(call, true);
      call.caller.error(CALL, call.request, CANCELED, ['The callee left']);
    }
    this.registrations.leave(session);
  }

  /** Looks up a running invocation; undefined where the answer comes too late and nobody waits for it. */
  #invocation(session: RouterSession, id: Id, name: string, progress: boolean): Call | undefined {
    const call = session.invocations.get(id);
    if (call) return call;
    if (!session.abandoned.has(id)) throw new ProtocolError(`${name}: there is no invocation ${id} to answer`);
    if (!progress) session.abandoned.delete(id);
    else if (this.#context.quirks.interruptsLateProgress && session.supports('callee', 'call_canceling')) {
      session.send([INTERRUPT, id, { mode: 'killnowait' }]);
    }
    return undefined;
  }

  #continue(call: Call, procedure: Uri, chunk: Chunk): void {
    if (procedure !== call.procedure) {
      throw new ProtocolError(
        `CALL: the procedure of call ${call.request} was '${call.procedure}', not '${procedure}'`,
      );
    }
    call.open = chunk.more;
    // what was passed on is only kept while another callee may have to be asked
    if (!call.route || this.#mayMove(call)) call.chunks.push(chunk);
    if (call.route) this.#sendChunk(call, chunk);
  }

  #mayMove(call: Call): boolean {
    return !call.answered && !this.#context.quirks.noReroute && (call.route?.registration.callees.length ?? 0) > 1;
  }

  #begin(call: Call, disclose: boolean | undefined): void {
    const { caller, request, procedure, options } = call;
    const meta = this.#meta(procedure);
    if (meta) {
      const [chunk] = call.chunks;
      const args = chunk?.args instanceof Uint8Array ? [chunk.args] : (chunk?.args ?? []);
      const result = meta(caller, args, chunk?.kwargs ?? {});
      this.#end(call);
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
      throw new ApplicationError('wamp.error.no_such_procedure', [`Nobody registered '${procedure}'`]);
    }
    this.#invoke(call, this.registrations.pick(registration, call), registration);
  }

  #invoke(call: Call, callee: Callee, registration = this.registrations.best(call.procedure)): void {
    const { options } = call;
    const { session } = callee;
    const { quirks, features, invocationIds, random } = this.#context;
    if (!registration) throw new ApplicationError('wamp.error.no_such_procedure', [`'${call.procedure}' is gone`]);
    const canCancel = session.supports('callee', 'call_canceling');
    const needs = (feature: string, when: boolean): void => {
      if (!when || (session.supports('callee', feature) && (feature !== 'progressive_call_invocations' || canCancel)))
        return;
      throw new ApplicationError('wamp.error.feature_not_supported', [`The callee did not announce ${feature}`]);
    };
    needs('progressive_call_invocations', call.open || call.chunks.length > 1);
    needs('payload_passthru_mode', passesThru(options) && !quirks.dropsUnknownKeys);

    const progress =
      options['receive_progress'] === true &&
      (quirks.progressRegardless || (canCancel && session.supports('callee', 'progressive_call_results')));
    const invocation = invocationIds === 'random' ? random.id() : session.nextInvocation();
    call.route = { registration, callee, invocation, progress };
    callee.running++;
    session.invocations.set(invocation, call);

    const details: Dict = progress ? { receive_progress: true } : {};
    if (registration.match !== 'exact' || quirks.procedureAlways) details['procedure'] = call.procedure;
    const { caller } = call;
    const named = call.disclose || (callee.discloseCaller && this.#context.options.disclosure !== 'never');
    if (named) {
      details['caller'] = caller.id;
      details['caller_authid'] = caller.authid;
      details['caller_authrole'] = caller.authrole;
    }
    if (caller.trustlevel !== undefined) details['trustlevel'] = caller.trustlevel;
    if (options['transaction_hash'] !== undefined) details['transaction_hash'] = options['transaction_hash'];
    const timeout = options['timeout'] as number | undefined;
    if (timeout !== undefined && timeout > 0 && this.#calleeTimes(callee, features.dealer.has('call_timeout'))) {
      details['timeout'] = timeout;
    }
    relay(options, details, quirks);
    const [first, ...rest] = call.chunks;
    this.#sendChunk(call, first as Chunk, details);
    for (const chunk of rest) this.#sendChunk(call, chunk);
    if (!this.#mayMove(call)) call.chunks = [];
    this.#startTimer(call);
  }

  #sendChunk(call: Call, { args, kwargs, more }: Chunk, details: Dict = {}): void {
    if (!call.route) return;
    const { registration, callee, invocation } = call.route;
    if (more || this.#context.quirks.progressFalse) details['progress'] = more;
    callee.session.send(withPayload<MessageOf<68>>([INVOCATION, invocation, registration.id, details], args, kwargs));
  }

  /** Whether the callee minds the time-out itself. */
  #calleeTimes(callee: Callee, announced: boolean): boolean {
    if (this.#context.quirks.timeoutInSeconds) return true;
    return announced && callee.forwardTimeout && callee.session.supports('callee', 'call_timeout');
  }

  /** The time to the first result, then from one to the next. */
  #startTimer(call: Call): void {
    const timeout = call.options['timeout'] as number | undefined;
    const { quirks } = this.#context;
    call.timer?.unsubscribe();
    if (timeout === undefined || timeout === 0 || !call.route) return;
    if (!quirks.timeoutInSeconds && this.#calleeTimes(call.route.callee, true)) return;
    call.timer = asyncScheduler.schedule(
      () => {
        if (quirks.timeoutInSeconds && !call.caller.supports('caller', 'call_canceling')) return;
        this.#interrupt(call, {
          mode: 'killnowait',
          reason: quirks.timeoutInSeconds ? CANCELED : 'wamp.error.timeout',
        });
        this.#end(call);
        if (quirks.timeoutInSeconds) call.caller.error(CALL, call.request, CANCELED, ['timeout reached']);
        else call.caller.error(CALL, call.request, 'wamp.error.timeout', [`No result within ${timeout} ms`]);
      },
      quirks.timeoutInSeconds ? timeout * 1000 : timeout,
    );
  }

  #interrupt(call: Call, options: Dict): void {
    const session = call.route?.callee.session;
    if (call.route && session?.supports('callee', 'call_canceling')) {
      session.send([INTERRUPT, call.route.invocation, options]);
    }
  }

  /** Runs a step that may refuse the call. */
  #guarded(call: Call, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof ApplicationError)) throw error;
      this.#fail(call, error);
    }
  }

  #fail(call: Call, error: ApplicationError, calleeAnswered = false): void {
    this.#end(call, calleeAnswered);
    call.caller.refuse(CALL, call.request, error);
  }

  /** Takes the call from its callee. */
  #detach(call: Call): void {
    call.timer?.unsubscribe();
    if (!call.route) return;
    const { callee, invocation } = call.route;
    callee.running--;
    callee.session.invocations.delete(invocation);
    delete call.route;
  }

  /** Forgets a call; a callee that has not answered may still do so in vain. */
  #end(call: Call, calleeAnswered = false): void {
    if (call.route && !calleeAnswered) call.route.callee.session.abandoned.add(call.route.invocation);
    this.#detach(call);
    call.caller.calls.delete(call.request);
    if (call.options['progress'] === true) call.caller.endedCalls.add(call.request);
  }
}
