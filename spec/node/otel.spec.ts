// Spans of real clients, with OpenTelemetry's own SDK.
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { concat, firstValueFrom, lastValueFrom, NEVER, of } from 'rxjs';
import { ApplicationError, result, WampClient, type Interceptors } from '../../src/index.ts';
import { otel } from '../../src/otel/index.ts';
import type { RouterOptions } from '../../src/router/index.ts';
import { createTestRouter, record, type TestRouter } from '../../src/testing/index.ts';

describe('otel()', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('spec');
  let router: TestRouter;
  let caller: WampClient;
  let callee: WampClient;

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  });

  afterAll(() => {
    context.disable();
    propagation.disable();
  });

  const clientOf = (interceptors: Interceptors): WampClient =>
    new WampClient({
      realm: 'realm1',
      transports: [router.transport()],
      reconnect: { initialDelay: 60_000 },
      interceptors,
    });

  async function begin(options: Parameters<typeof otel>[0] = {}, like: RouterOptions = {}): Promise<void> {
    router = createTestRouter(like);
    caller = clientOf([otel({ tracer, ...options })]);
    callee = clientOf([otel({ tracer, ...options })]);
    caller.connect();
    await router.whenSession();
  }

  const provide = async (uri: string, handler: Parameters<WampClient['register']>[1]): Promise<void> => {
    await record(callee.register(uri, handler)).next();
  };
  const spans = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
  const span = (name: string): ReadableSpan => {
    const [found, ...more] = spans(name);
    if (found === undefined || more.length > 0) {
      throw new Error(
        `expected one span ${name}: ${exporter
          .getFinishedSpans()
          .map((one) => one.name)
          .join()}`,
      );
    }
    return found;
  };

  afterEach(async () => {
    await Promise.all([caller.close(), callee.close()]);
    exporter.reset();
  });

  for (const carry of ['options', 'kwargs'] as const) {
    it(`makes a span of a call and one of its invocation, of one trace, carried in ${carry}`, async () => {
      await begin({ carry });
      let seen: unknown;
      await provide('com.app.add', ({ args: [a, b], kwargs }) => {
        seen = kwargs;
        trace.getActiveSpan()?.addEvent('in the handler');
        return Number(a) + Number(b);
      });
      const parent = tracer.startSpan('button');
      const { value } = await context.with(trace.setSpan(context.active(), parent), () =>
        firstValueFrom(caller.call<number>('com.app.add', [1, 2], { loud: true })),
      );
      parent.end();
      expect(value).toBe(3);
      expect(seen).toEqual({ loud: true });
      const [call, invoke] = [span('call com.app.add'), span('invoke com.app.add')];
      expect([call.kind, invoke.kind]).toEqual([SpanKind.CLIENT, SpanKind.SERVER]);
      expect(call.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
      expect(invoke.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
      expect(new Set([parent, call, invoke].map((one) => one.spanContext().traceId)).size).toBe(1);
      expect(invoke.events.map(({ name }) => name)).toEqual(['in the handler']);
      expect(call.attributes).toEqual({ 'rpc.system': 'wamp', 'rpc.method': 'com.app.add', 'wamp.request': 1 });
      expect(call.status.code).toBe(SpanStatusCode.UNSET);
    });
  }

  it('loses the link where the router drops attributes outside the standard, and has both spans all the same', async () => {
    await begin({}, { like: 'crossbar' });
    await provide('com.app.f', () => 1);
    await firstValueFrom(caller.call('com.app.f'));
    expect(span('invoke com.app.f').spanContext().traceId).not.toBe(span('call com.app.f').spanContext().traceId);
  });

  it('carries it through such a router in kwargs, and nothing where it shall not', async () => {
    await begin({ carry: 'kwargs' }, { like: 'crossbar' });
    await provide('com.app.f', ({ args, kwargs }) => result(args, kwargs));
    const echo = await firstValueFrom(caller.call('com.app.f', [1]));
    expect([echo.args, echo.kwargs]).toEqual([[1], {}]);
    expect(span('invoke com.app.f').spanContext().traceId).toBe(span('call com.app.f').spanContext().traceId);
    await Promise.all([caller.close(), callee.close()]);
    exporter.reset();

    await begin({ carry: false });
    const sent = record(router.messages$);
    await provide('com.app.f', () => 1);
    await firstValueFrom(caller.call('com.app.f'));
    expect(sent.values.find(({ message }) => message[0] === 48)?.message[2]).toEqual({});
    expect(span('invoke com.app.f').spanContext().traceId).not.toBe(span('call com.app.f').spanContext().traceId);
  });

  it('what a handler begins later is a child of its invocation', async () => {
    await begin();
    await provide('com.app.f', async () => {
      await Promise.resolve();
      tracer.startSpan('query').end();
    });
    await firstValueFrom(caller.call('com.app.f'));
    expect(span('query').parentSpanContext?.spanId).toBe(span('invoke com.app.f').spanContext().spanId);
  });

  it('tells of an ERROR, at both ends', async () => {
    await begin();
    await provide('com.app.f', () => {
      throw new ApplicationError('com.app.no');
    });
    await record(caller.call('com.app.f'))
      .done()
      .catch(() => undefined);
    for (const name of ['call com.app.f', 'invoke com.app.f']) {
      expect(span(name).status).toEqual({ code: SpanStatusCode.ERROR, message: 'com.app.no' });
      expect(span(name).attributes['error.type']).toBe('com.app.no');
    }
  });

  it('makes one span of a call with progress both ways', async () => {
    await begin();
    await provide('com.app.f', () => of(1, 2, result([3])));
    await lastValueFrom(caller.call('com.app.f', of([1], [2]), {}, { progress: true }));
    expect(span('call com.app.f').events.map(({ name }) => name)).toEqual(['progress', 'progress']);
    expect(span('invoke com.app.f').events.length).toBe(2);
  });

  it('ends the spans of a call that is cancelled, and of links that are lost', async () => {
    await begin();
    await provide('com.app.slow', () => concat(of(1), NEVER));
    const cancelled = record(caller.call('com.app.slow', { progress: true }));
    await cancelled.next();
    const interrupted = record(router.messages$);
    cancelled.stop();
    expect(span('call com.app.slow').status.message).toBe('wamp.error.canceled');
    while (!interrupted.values.some(({ message }) => message[0] === 69)) await interrupted.next();
    await firstValueFrom(callee.call('wamp.session.count'));
    expect(span('invoke com.app.slow').status.message).toBe('wamp.error.canceled');
    exporter.reset();

    const lost = record(caller.call('com.app.slow', { progress: true }));
    await lost.next();
    router.dropAll();
    await lost.done().catch(() => undefined);
    expect(span('call com.app.slow').status.message).toBe('connection lost');
    // the callee may have heard of the caller's end before its own
    expect(['connection lost', 'wamp.error.canceled']).toContain(span('invoke com.app.slow').status.message ?? '');
  });

  it('ends the span of a call that cannot be written', async () => {
    await begin();
    const circle: unknown[] = [];
    circle.push(circle);
    await record(caller.call('com.app.f', circle))
      .done()
      .catch(() => undefined);
    expect(span('call com.app.f').status.message).toBe('SerializationError');
  });

  it('has no tracer but the global one unless it is given one, and names what is wrong', async () => {
    await begin();
    expect(() => otel()).not.toThrow();
    expect(() => otel({ tracer: {} as never })).toThrowError(TypeError, /tracer must be a tracer/);
    expect(() => otel({ carry: true as never })).toThrowError(TypeError, /carry must be 'options', 'kwargs' or false/);
  });
});
