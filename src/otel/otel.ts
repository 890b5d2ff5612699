import { context, SpanKind, trace, type Context, type Tracer } from '@opentelemetry/api';
import { BOOL, checkOptions, FUNCTION, isDict, type Kind } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import {
  CALL,
  CANCEL,
  ERROR,
  INTERRUPT,
  INVOCATION,
  REGISTER,
  REGISTERED,
  RESULT,
  withPayload,
  YIELD,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { InterceptorFactory, Next } from '../session/interceptors.ts';
import { extract, inject, withoutFields } from './carrier.ts';
import { Spans } from './spans.ts';

/** Options of {@link otel}. */
export interface OtelOptions {
  /**
   * Creates the spans.
   * @default the global tracer provider's tracer `rxwamp`
   */
  readonly tracer?: Tracer | undefined;
  /**
   * How the context is sent: as attributes of CALL.Options and INVOCATION.Details (`x_traceparent` …), which routers may drop
   * (Crossbar.io does); or among the keyword arguments, from which `otel()` at the callee removes it; or not at all.
   * @default 'options'
   */
  readonly carry?: 'options' | 'kwargs' | false | undefined;
}

const TRACER: Kind = { expected: 'a tracer', test: (v) => isDict(v) && FUNCTION.test(v['startSpan']) };
const CARRY: Kind = {
  expected: "'options', 'kwargs' or false",
  test: (v) => v === 'options' || v === 'kwargs' || (BOOL.test(v) && !v),
};

const attributes = (method: string, id: Id): Record<string, string | number> => ({
  'rpc.system': 'wamp',
  'rpc.method': method,
  'wamp.request': id,
});

/**
 * An interceptor that creates a span for each call (kind CLIENT, `call com.app.add`) and for each invocation (kind SERVER,
 * `invoke com.app.add`), the second a child of the first where the router passes the context on. Handlers run in the context
 * of their span: spans that they start are its children, where the application has registered a context manager.
 *
 * A span ends with the final answer. An ERROR, a cancel and a lost link set its status and `error.type`.
 *
 * @throws TypeError for wrong options
 * @example
 * new WampClient({ url, realm: 'realm1', interceptors: [otel()] });
 */
export function otel(options: OtelOptions = {}): InterceptorFactory {
  checkOptions(() => 'otel()', { tracer: TRACER, carry: CARRY }, options);
  const { tracer = trace.getTracer('rxwamp'), carry = 'options' } = options;
  return ({ gone }) => {
    const calls = new Spans();
    const invocations = new Spans();
    /** Procedures by the ids of the REGISTER requests, and then by those of the registrations. */
    const requested = new Map<Id, string>();
    const procedures = new Map<Id, string>();
    gone.add(() => {
      calls.endAll('connection lost');
      invocations.endAll('connection lost');
    });

    const call = (message: MessageOf<typeof CALL>, next: Next): void => {
      const [, id, callOptions, procedure, args, kwargs] = message;
      // later chunks of arguments belong to the same call
      if (calls.has(id)) {
        next(message);
        return;
      }
      const active = context.active();
      const span = tracer.startSpan(
        `call ${procedure}`,
        { kind: SpanKind.CLIENT, attributes: attributes(procedure, id) },
        active,
      );
      calls.begin(id, span);
      const fields = carry === false ? {} : inject(trace.setSpan(active, span));
      try {
        if (carry === 'kwargs' && !(args instanceof Uint8Array)) {
          next(withPayload([CALL, id, callOptions, procedure], args ?? [], { ...kwargs, ...fields }));
        } else
          next([CALL, id, { ...callOptions, ...fields }, procedure, ...message.slice(4)] as unknown as typeof message);
      } catch (error) {
        calls.end(id, (error as Error).name);
        throw error;
      }
    };

    const invocation = (message: MessageOf<typeof INVOCATION>, next: Next): void => {
      const [, id, registration, details, args, kwargs] = message;
      if (invocations.has(id)) {
        next(message);
        return;
      }
      const named = details['procedure'];
      const procedure = typeof named === 'string' ? named : (procedures.get(registration) ?? '');
      const inKwargs = carry === 'kwargs' && kwargs !== undefined;
      const parent: Context =
        carry === false ? context.active() : extract(context.active(), inKwargs ? kwargs : details);
      const span = tracer.startSpan(
        `invoke ${procedure}`,
        { kind: SpanKind.SERVER, attributes: attributes(procedure, id) },
        parent,
      );
      invocations.begin(id, span);
      const stripped: typeof message = inKwargs
        ? withPayload([INVOCATION, id, registration, details], args as readonly unknown[], withoutFields(kwargs))
        : message;
      context.with(trace.setSpan(parent, span), () => next(stripped));
    };

    const answered = (spans: Spans, id: Id, details: Readonly<Dict>): void => {
      if (details['progress'] === true) spans.event(id, 'progress');
      else spans.end(id);
    };

    return {
      outgoing(message, next) {
        if (message[0] === CALL) {
          call(message, next);
          return;
        }
        next(message);
        if (message[0] === YIELD) answered(invocations, message[1], message[2]);
        else if (message[0] === ERROR) invocations.end(message[2], message[4]);
        else if (message[0] === CANCEL) calls.end(message[1], 'wamp.error.canceled');
        else if (message[0] === REGISTER) requested.set(message[1], message[3]);
      },
      incoming(message, next) {
        if (message[0] === INVOCATION) {
          invocation(message, next);
          return;
        }
        if (message[0] === RESULT) answered(calls, message[1], message[2]);
        else if (message[0] === ERROR && message[1] === CALL) calls.end(message[2], message[4]);
        else if (message[0] === REGISTERED) {
          procedures.set(message[2], requested.get(message[1]) ?? '');
          requested.delete(message[1]);
        }
        next(message);
        // the other modes have an answer that ends the span
        if (message[0] === INTERRUPT && message[2]['mode'] === 'killnowait')
          invocations.end(message[1], 'wamp.error.canceled');
      },
    };
  };
}
