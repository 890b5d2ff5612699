import { Option, type Command as Parser } from 'commander';
import type { Dict } from '../protocol/payload.ts';
import { indented, lineOf } from './values.ts';

/** Which part of a result or event is printed. */
export type Show = 'value' | 'payload' | 'all';

/** How results and events are printed. */
export interface OutputFlags {
  readonly show: Show;
  readonly pretty?: boolean;
}

/** Adds the options of {@link OutputFlags}. */
export const outputOptions = (by: Show, parser: Parser): Parser =>
  parser
    .addOption(
      new Option(
        '--show <what>',
        'value: the only positional value, the payload where there are more; payload: args and kwargs; all: also details',
      )
        .choices(['value', 'payload', 'all'])
        .default(by),
    )
    .option('--pretty', 'print JSON on many lines');

/** A result or an event. */
interface Arrived {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Dict>;
  toJSON(): Dict;
}

/** A result or an event as text for standard output. */
export function formatOutput(arrived: Arrived, { show, pretty }: OutputFlags): string {
  const { args, kwargs } = arrived;
  const single = args.length <= 1 && Object.keys(kwargs).length === 0;
  const what = show === 'all' ? arrived.toJSON() : show === 'value' && single ? args[0] : { args, kwargs };
  const line = lineOf(what);
  return `${pretty === true ? indented(line) : line}\n`;
}
