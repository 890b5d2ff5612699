/**
 * Spans of calls and invocations for OpenTelemetry.
 *
 * @packageDocumentation
 */
export { otel, type OtelOptions } from './otel.ts';
