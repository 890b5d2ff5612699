import { isDict } from '../protocol/kinds.ts';
import { textOf } from '../protocol/thrown.ts';
import { show } from './show.ts';

/** One notification of a stream under virtual time, as `TestScheduler` has it. */
interface Frame {
  readonly frame: number;
  readonly notification: { readonly kind: string; readonly value?: unknown; readonly error?: unknown };
}

/**
 * Compares what `TestScheduler` saw with what was expected, for those who give it no assertion of their framework.
 *
 * @throws Error that lists both, with `actual` and `expected`
 */
export function assertSameFrames(actual: unknown, expected: unknown): void {
  if (same(actual, expected)) return;
  const error = new Error(`Expected\n${listed(expected)}\nbut there came\n${listed(actual)}`);
  throw Object.assign(error, { actual, expected });
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Error && b instanceof Error) return a.name === b.name && a.message === b.message;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return sameItems([...bytes(a)], [...bytes(b)]);
  if (a instanceof Map && b instanceof Map) return same([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return same([...a], [...b]);
  if (Array.isArray(a) && Array.isArray(b)) return sameItems(a, b);
  if (!isDict(a) || !isDict(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return keys.length === others.length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, i) => same(item, b[i]));

function listed(frames: unknown): string {
  if (!Array.isArray(frames)) return `  ${show(frames)}`;
  if (frames.length === 0) return '  nothing';
  return frames.map((each: unknown) => `  ${isFrame(each) ? frameText(each) : show(each)}`).join('\n');
}

const isFrame = (value: unknown): value is Frame => isDict(value) && 'frame' in value && isDict(value['notification']);

function frameText({ frame, notification: { kind, value, error } }: Frame): string {
  const what = kind === 'N' ? `value ${show(value)}` : kind === 'E' ? `error ${textOf(error)}` : 'completion';
  return `${frame} ms: ${what}`;
}
