// Runs files of the specification's test suite and tells what was found.
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { checkSerialization, checkValidation, type Evaluate } from './samples.ts';
import { playSequence } from './sequences.ts';
import { isMessageVector, isSequenceVector, isSerialization, type Check, type VectorFile } from './vectors.ts';

/** The options of a run. */
export interface SuiteOptions {
  readonly serializers?: readonly Serializer[];
  /** Runs the code in samples; left out, none is run. */
  readonly evaluate?: Evaluate;
}

/** Whether a file says how others must look. */
const isSchema = (content: unknown): boolean => typeof content === 'object' && content !== null && '$schema' in content;

/** Looks at everything in the files. A file that holds nothing that is known is a failure: nothing is passed over. */
export function runSuite(files: readonly VectorFile[], options: SuiteOptions = {}): Check[] {
  const { serializers = [json(), msgpack(), cbor()], evaluate } = options;
  return files.flatMap(({ path, content }): Check[] => {
    if (isSchema(content)) return [];
    if (isMessageVector(content)) {
      return content.samples.flatMap((sample) => {
        const findings = isSerialization(sample)
          ? checkSerialization(content, sample, serializers, evaluate)
          : checkValidation(sample, serializers);
        return findings.map((finding) => ({ path, sample: sample.description, ...finding }));
      });
    }
    if (isSequenceVector(content)) {
      return serializers.map((serializer) => {
        const problem = playSequence(content, serializer).join('; ');
        const check = { path, sample: 'the sequence', serializer: serializer.id, what: 'is played' };
        return problem ? { ...check, problem } : check;
      });
    }
    const problem = 'neither samples nor a sequence is in it';
    return [{ path, sample: 'the file', serializer: 'all', what: 'is known', problem }];
  });
}

/** A table of the checks by file and serializer, the failures, and one line that counts. */
export function report(checks: readonly Check[]): string[] {
  const paths = [...new Set(checks.map(({ path }) => path))];
  const columns = [...new Set(checks.filter(({ unsupported }) => !unsupported).map(({ serializer }) => serializer))];
  const foreign = [...new Set(checks.filter(({ unsupported }) => unsupported).map(({ serializer }) => serializer))];
  const width = Math.max(...paths.map((path) => path.length), 4);
  const counted = (some: readonly Check[]): string => {
    const looked = some.filter(({ unsupported }) => !unsupported);
    const passed = looked.filter(({ problem }) => problem === undefined).length;
    return looked.length === 0 ? '–' : `${passed}/${looked.length}`;
  };
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(9)).join('')}`;
  const failures = checks.filter(({ problem }) => problem !== undefined);
  const skipped = checks.filter(({ unsupported }) => unsupported);
  return [
    row('file', columns),
    ...paths.map((path) =>
      row(
        path,
        columns.map((column) => counted(checks.filter((check) => check.path === path && check.serializer === column))),
      ),
    ),
    row(
      'total',
      columns.map((column) => counted(checks.filter(({ serializer }) => serializer === column))),
    ),
    ...foreign.map((id) => {
      const samples = skipped.filter(({ serializer }) => serializer === id).length;
      return `${id}: not supported, ${samples} sample${samples === 1 ? '' : 's'} not looked at`;
    }),
    ...failures.map(
      ({ path, sample, serializer, what, problem = '' }) => `✗ ${path}, ${sample}, ${serializer}, ${what}: ${problem}`,
    ),
    `${checks.length - skipped.length - failures.length} passed, ${failures.length} failed`,
  ];
}
