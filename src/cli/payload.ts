import { Option, type Command as Parser } from 'commander';
import type { Dict } from '../protocol/payload.ts';
import { indented, lineOf } from './values.ts';

/** What of something that arrived is printed. */
export type Show = 'value' | 'payload' | 'all';

/** How results and events are printed. */
export interface ShowFlags {
  readonly show: Show;
  readonly pretty?: boolean;
}

/** Adds the options of {@link ShowFlags}. */
export const showOptions = (by: Show, parser: Parser): Parser =>
  parser
    .addOption(
      new Option(
        '--show <what>',
        'value: the one positional value, or where there is more than that the payload; payload: args and kwargs; all: details, too',
      )
        .choices(['value', 'payload', 'all'])
        .default(by),
    )
    .option('--pretty', 'print JSON on many lines');

/** Something that arrived. */
interface Arrived {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Dict>;
  toJSON(): Dict;
}

/** As text for standard output. */
export function printed(arrived: Arrived, { show, pretty }: ShowFlags): string {
  const { args, kwargs } = arrived;
  const single = args.length <= 1 && Object.keys(kwargs).length === 0;
  const what = show === 'all' ? arrived.toJSON() : show === 'value' && single ? args[0] : { args, kwargs };
  const line = lineOf(what);
  return `${pretty === true ? indented(line) : line}\n`;
}
