import { asyncScheduler } from 'rxjs';
import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { CALL, INTERRUPT, INVOCATION, RESULT, withPayload, YIELD, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { after } from '../session/time.ts';
import type { RealmContext } from './context.ts';
import type { Registrations } from './registrations.ts';
import { assertPassthru, passesThru, relay } from './relay.ts';
import type { Call, Callee, Chunk, Registration, Route, RouterSession } from './router-session.ts';

/** ERROR for a call that was cancelled, or whose callee is gone. */
export const CANCELED = 'wamp.error.canceled';

/** Calls that end in one turn when a session leaves: other clients do not have to wait for a hundred thousand. */
const SLICE = 1000;

/** The dealer's dealings with callees: INVOCATION, INTERRUPT, YIELD, ERROR and time-outs, in one realm. */
export class Invocations {
  readonly #context: RealmContext;
  readonly #registrations: Registrations;

  constructor(context: RealmContext, registrations: Registrations) {
    this.#context = context;
    this.#registrations = registrations;
  }

  /**
   * Sends a call to a callee of the registration, with all chunks that came so far.
   *
   * @throws ApplicationError when there is none, or it lacks a feature that the call needs
   */
  route(call: Call, registration: Registration): void {
    const callee = this.#registrations.pick(registration, call);
    const { options } = call;
    const { session } = callee;
    const { quirks } = this.#context;
    const canCancel = session.supports('callee', 'call_canceling');
    const streams = session.supports('callee', 'progressive_call_invocations') && canCancel;
    if ((call.open || call.chunks.length > 1) && !streams) throw lacking('progressive_call_invocations');
    if (passesThru(options) && !quirks.dropsUnknownKeys && !session.supports('callee', 'payload_passthru_mode')) {
      throw lacking('payload_passthru_mode');
    }
    const progress =
      options['receive_progress'] === true &&
      (quirks.progressRegardless || (canCancel && session.supports('callee', 'progressive_call_results')));
    const invocation = this.#context.invocationIds === 'random' ? this.#context.random.id() : session.nextInvocation();
    call.route = { registration, callee, invocation, progress, first: true };
    callee.running++;
    session.invocations.set(invocation, call);

    call.chunks.forEach((chunk, at) => {
      this.#send(call, chunk, at === 0);
    });
    if (!this.#mayMove(call)) call.chunks = [];
    this.#startTimer(call);
  }

  /** Passes on the next chunk of a progressive call. */
  continue(call: Call, chunk: Chunk): void {
    // what was passed on is only kept while another callee may have to be asked
    if (!call.route || this.#mayMove(call)) call.chunks.push(chunk);
    this.#send(call, chunk, false);
  }

  /**
   * Takes a YIELD.
   *
   * @throws ProtocolError where there is no such invocation, or no progress was asked for
   */
  yielded(session: RouterSession, [, id, options, args, kwargs]: MessageOf<70>): void {
    const { quirks } = this.#context;
    const progress = options['progress'] === true;
    const call = this.#find(session, id, 'YIELD', progress);
    if (!call?.route) return;
    const passes = passesThru(options) && !quirks.dropsUnknownKeys;
    if (passes) {
      assertPassthru(options, session, 'callee');
      if (!call.caller.supports('caller', 'payload_passthru_mode')) {
        const error = lacking('payload_passthru_mode', 'caller');
        session.refuse(YIELD, id, error);
        this.end(call, !progress);
        call.caller.refuse(CALL, call.request, error);
        return;
      }
    }
    if (progress && !call.route.progress) {
      throw new ProtocolError('YIELD.options.progress: the invocation did not ask for progressive results');
    }
    if (!progress && call.killed && quirks.killCancels) {
      this.end(call, true);
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
    } else this.end(call, true);
    const head: unknown[] = [RESULT, call.request, details];
    const result = withPayload<MessageOf<50>>(head, args, kwargs);
    // behind progress an empty list is a result, and nothing at all is none
    if (call.answered && args !== undefined && result.length === 3) head.push(args);
    call.caller.send(result);
  }

  /**
   * Takes a callee's ERROR: to the caller, or, where it declines, on to the next callee.
   *
   * @throws ProtocolError where there is no such invocation
   */
  failed(session: RouterSession, [, , id, details, error, args, kwargs]: MessageOf<8>): void {
    const { quirks } = this.#context;
    const call = this.#find(session, id, 'ERROR', false);
    if (!call?.route) return;
    if (error === 'wamp.error.unavailable' && !call.answered && !call.killed && !quirks.noReroute) {
      const { registration, callee } = call.route;
      this.#detach(call);
      call.declined.add(callee);
      this.guarded(call, () => {
        this.route(call, registration);
      });
      return;
    }
    this.end(call, true);
    call.caller.error(CALL, call.request, error, args, kwargs, relay(details, {}, quirks));
  }

  /** Ends a call whose INVOCATION could not be written for the callee, or whose RESULT could not for the caller. */
  undeliverable(session: RouterSession, message: MessageOf<50 | 68>, uri: Uri): void {
    const result = message[0] === RESULT;
    const call = (result ? session.calls : session.invocations).get(message[1]);
    if (call) {
      // a callee that has the call, or a part of it, works on it in vain
      const began = result || !call.route?.first;
      if (began) this.interrupt(call, { mode: 'killnowait', reason: CANCELED });
      this.end(call, !began);
      call.caller.error(CALL, call.request, uri);
    } else if (result && message[2]['progress'] !== true) session.error(CALL, message[1], uri);
  }

  /** Asks the callee to stop, where it can. */
  interrupt(call: Call, options: Dict): void {
    const session = call.route?.callee.session;
    if (call.route && session?.supports('callee', 'call_canceling')) {
      session.send([INTERRUPT, call.route.invocation, options]);
    }
  }

  /** Ends what a leaving session had to do with calls, as caller and as callee. */
  leave(session: RouterSession): void {
    const ending = [...session.calls.values(), ...session.invocations.values()];
    const slice = (begin: number): void => {
      for (const call of ending.slice(begin, begin + SLICE)) this.#endFor(session, call);
      if (begin + SLICE < ending.length) asyncScheduler.schedule(() => slice(begin + SLICE));
    };
    slice(0);
  }

  /** Ends a call of a leaving session, unless it is over. */
  #endFor(session: RouterSession, call: Call): void {
    if (session.calls.get(call.request) === call) {
      this.interrupt(call, { mode: 'killnowait', reason: CANCELED });
      this.end(call);
    } else if (call.route?.callee.session === session) {
      this.end(call, true);
      call.caller.error(CALL, call.request, CANCELED, ['The callee left']);
    }
  }

  /** Forgets a call; a callee that has not answered may still do so in vain. */
  end(call: Call, calleeAnswered = false): void {
    if (call.route && !calleeAnswered) call.route.callee.session.abandoned.add(call.route.invocation);
    this.#detach(call);
    call.caller.calls.delete(call.request);
    if (call.options['progress'] === true) call.caller.endedCalls.add(call.request);
  }

  /** Runs a step that may refuse the call, and then answers it so. */
  guarded(call: Call, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof ApplicationError)) throw error;
      this.end(call);
      call.caller.refuse(CALL, call.request, error);
    }
  }

  /** Looks up a running invocation; undefined where the answer comes too late. */
  #find(session: RouterSession, id: Id, name: string, progress: boolean): Call | undefined {
    const call = session.invocations.get(id);
    if (call) return call;
    if (!session.abandoned.has(id)) throw new ProtocolError(`${name}: there is no invocation ${id} to answer`);
    if (!progress) session.abandoned.delete(id);
    else if (this.#context.quirks.interruptsLateProgress && session.supports('callee', 'call_canceling')) {
      session.send([INTERRUPT, id, { mode: 'killnowait' }]);
    }
    return undefined;
  }

  /** Whether the call may still have to go to another callee. */
  #mayMove(call: Call): boolean {
    return !call.answered && !this.#context.quirks.noReroute && (call.route?.registration.callees.length ?? 0) > 1;
  }

  /** INVOCATION.Details. Each chunk says what is called and by whom; the first one alone has the options of the call. */
  #details({ caller, disclose, options, procedure }: Call, route: Route, first: boolean): Dict {
    const { registration, callee, progress } = route;
    const { quirks, options: realm } = this.#context;
    const details: Dict = first && progress ? { receive_progress: true } : {};
    if (registration.match !== 'exact' || quirks.procedureAlways) details['procedure'] = procedure;
    if (disclose || (callee.discloseCaller && realm.disclosure !== 'never')) {
      details['caller'] = caller.id;
      details['caller_authid'] = caller.authid;
      details['caller_authrole'] = caller.authrole;
    }
    if (caller.trustlevel !== undefined) details['trustlevel'] = caller.trustlevel;
    if (!first) return details;
    if (options['transaction_hash'] !== undefined) details['transaction_hash'] = options['transaction_hash'];
    const { timeout } = options;
    if (timeout !== undefined && timeout !== 0 && this.#calleeTimes(callee)) details['timeout'] = timeout;
    return relay(options, details, quirks);
  }

  #send(call: Call, chunk: Chunk, first: boolean): void {
    const { route } = call;
    if (!route) return;
    route.first = first;
    const { registration, callee, invocation } = route;
    const details = this.#details(call, route, first);
    if (chunk.more || this.#context.quirks.progressFalse) details['progress'] = chunk.more;
    const message = withPayload<MessageOf<68>>(
      [INVOCATION, invocation, registration.id, details],
      chunk.args,
      chunk.kwargs,
    );
    callee.session.send(message);
  }

  /** Whether the callee runs the timer of the time-out, and therefore receives it. */
  #calleeTimes(callee: Callee): boolean {
    if (this.#context.quirks.timeoutInSeconds) return true;
    return callee.forwardTimeout && callee.session.supports('callee', 'call_timeout');
  }

  /** The time to the first result, then from one to the next. */
  #startTimer(call: Call): void {
    const timeout = call.options['timeout'] as number | undefined;
    const inSeconds = this.#context.quirks.timeoutInSeconds;
    call.timer?.unsubscribe();
    if (timeout === undefined || timeout === 0 || !call.route) return;
    if (!inSeconds && this.#calleeTimes(call.route.callee)) return;
    call.timer = after(inSeconds ? timeout * 1000 : timeout, () => {
      if (inSeconds && !call.caller.supports('caller', 'call_canceling')) return;
      this.interrupt(call, { mode: 'killnowait', reason: inSeconds ? CANCELED : 'wamp.error.timeout' });
      this.end(call);
      if (inSeconds) call.caller.error(CALL, call.request, CANCELED, ['timeout reached']);
      else call.caller.error(CALL, call.request, 'wamp.error.timeout', [`No result within ${timeout} ms`]);
    });
  }

  /** Takes the call from its callee. */
  #detach(call: Call): void {
    call.timer?.unsubscribe();
    if (!call.route) return;
    const { callee, invocation } = call.route;
    callee.running--;
    callee.session.invocations.delete(invocation);
    call.route = undefined;
  }
}

function lacking(feature: string, who = 'callee'): ApplicationError {
  return new ApplicationError('wamp.error.feature_not_supported', [`The ${who} did not announce ${feature}`]);
}
