/** One measured value, the topic it goes to, and when it was measured (ms since 1970). */
export interface Measurement {
  readonly topic: string;
  readonly value: unknown;
  readonly time: number;
}
