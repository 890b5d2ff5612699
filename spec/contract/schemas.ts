// Schemas of no library: as small as the standard lets them be, and slow where a spec sets so.
import type { StandardSchemaV1 } from '../../src/contract/index.ts';
import type { SchemaResult } from '../../src/contract/schema.ts';

/** A schema that a function makes. */
export const schema = <Input, Output = Input>(
  validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>,
): StandardSchemaV1<Input, Output> => ({ '~standard': { version: 1, vendor: 'spec', validate } });

/** A list of one number. */
export const oneNumber = (value: unknown): SchemaResult<[number]> =>
  Array.isArray(value) && value.length === 1 && typeof value[0] === 'number'
    ? { value: [value[0]] }
    : { issues: [{ message: 'expected a number', path: [{ key: 0 }] }] };

/** The same, in its time: each check is answered when its answer is let go. */
export function slowly<Input>(check: (value: unknown) => SchemaResult<Input>): {
  readonly schema: StandardSchemaV1<Input>;
  /** Answers the oldest check that waits. */
  answer(): Promise<void>;
  readonly waiting: number;
} {
  const waiting: (() => void)[] = [];
  return {
    schema: schema<Input>(
      (value) => new Promise((resolve) => waiting.push(() => resolve(Promise.resolve(value).then(check)))),
    ),
    answer: async () => {
      waiting.shift()?.();
      // once around the loop: all that depends on it has been reported
      await new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          resolve(undefined);
        };
        port2.postMessage(0);
      });
    },
    get waiting() {
      return waiting.length;
    },
  };
}
