import { Argument } from 'commander';
import { concatMap, from, merge, tap } from 'rxjs';
import type { Command } from '../command.ts';
import { runTask } from '../connect/run-task.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { KINDS, type Kind, type Row } from '../meta-kinds.ts';
import { plain, table } from '../text.ts';
import { lineOf } from '../values.ts';

interface MetaFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Needs a router with the meta API, and the permission to call it; --follow also to subscribe to its events.
With --follow and --json, "change" is "added" or "removed"; present ones are "added" first.

Examples:
  rxwamp meta
  rxwamp meta registrations --json | jq -r .uri
  rxwamp meta sessions --follow
`;

/** `rxwamp meta` */
export const meta: Command = {
  configure(parser) {
    connectionOptions(
      parser
        .description('Shows the sessions, registrations and subscriptions of a realm.')
        .addArgument(new Argument('[what...]', 'what to show; everything by default').choices(Object.keys(KINDS)))
        .option('--follow', 'go on, with one line for each that is added (+) or removed (-)')
        .option('--json', 'print lines of JSON, not tables'),
    ).addHelpText('after', EXAMPLES);
  },
  run([what], flags, terminal) {
    const { follow = false, json = false } = flags as MetaFlags;
    const names = (what as string[]).length > 0 ? [...new Set(what as string[])] : Object.keys(KINDS);
    const kinds = names.map((name) => KINDS[name] as Kind);
    const show = (kind: Kind, rows: readonly Row[]): void =>
      terminal.out(json ? rows.map((row) => lineFor(kind, row)).join('') : tableOf(kind, rows, terminal.columns));
    return runTask(flags as MetaFlags, terminal, {
      lasting: follow,
      work: (wamp) => {
        if (!follow)
          return from(kinds).pipe(concatMap((kind) => kind.list(wamp).pipe(tap((rows) => show(kind, rows)))));
        return merge(
          ...kinds.map((kind) => {
            let before: readonly Row[] | undefined;
            return kind.follow(wamp).pipe(
              tap((rows) => {
                if (before === undefined && !json) show(kind, rows);
                else
                  for (const change of changes(kind, before ?? [], rows))
                    terminal.out(lineOfChange(kind, change, json));
                before = rows;
              }),
            );
          }),
        );
      },
    });
  },
};

interface Change {
  readonly what: 'added' | 'removed';
  readonly row: Row;
}

/** The differences between two lists. */
function changes({ columns: [id] }: Kind, before: readonly Row[], after: readonly Row[]): Change[] {
  const missingIn = (rows: readonly Row[]): ((row: Row) => boolean) => {
    const ids = new Set(rows.map((row) => row[id]));
    return (row) => !ids.has(row[id]);
  };
  return [
    ...before.filter(missingIn(after)).map((row): Change => ({ what: 'removed', row })),
    ...after.filter(missingIn(before)).map((row): Change => ({ what: 'added', row })),
  ];
}

const lineOfChange = (kind: Kind, { what, row }: Change, json: boolean): string =>
  json
    ? lineFor(kind, { change: what, ...row })
    : `${what === 'added' ? '+' : '-'} ${kind.name} ${cellsOf(kind, row).filter(Boolean).join(' ')}\n`;

const lineFor = (kind: Kind, row: Row): string => `${lineOf({ kind: kind.name, ...row })}\n`;

const tableOf = (kind: Kind, rows: readonly Row[], screen?: number): string =>
  `${kind.name}s: ${rows.length}\n${table(
    kind.columns,
    rows.map((row) => cellsOf(kind, row)),
    screen,
  )}`;

const cellsOf = ({ columns }: Kind, row: Row): string[] =>
  columns.map((column) => {
    const value = row[column] ?? '';
    return plain(typeof value === 'string' ? value : lineOf(value));
  });
