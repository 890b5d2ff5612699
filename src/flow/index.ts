/**
 * How much flows, and what has flowed: publishers that slow down with the link, conflated streams, topics as subjects, event
 * history, and figures of a client's traffic.
 *
 * @packageDocumentation
 */
export { acknowledgeEvents } from './acknowledge.ts';
export { backpressure, type Backpressure, type BackpressureOptions } from './backpressure.ts';
export { conflate, type Conflated, type ConflateOptions } from './conflate.ts';
export { distinctPublications, type DistinctOptions } from './distinct.ts';
export { history, type HistoryOptions } from './history.ts';
export { HistoryEvent } from './history-rows.ts';
export type { RoundTrip, Traffic } from './meter.ts';
export { metrics, type Metrics, type MetricsOptions } from './metrics.ts';
export { publisher, type Publisher, type PublisherCounters, type PublisherOptions } from './publisher.ts';
export { topic, TopicSubject, type TopicOptions } from './topic.ts';
export { withHistory, type WithHistoryOptions } from './with-history.ts';
