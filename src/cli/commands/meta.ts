import { Argument } from 'commander';
import { concatMap, from, merge, tap } from 'rxjs';
import type { Command } from '../command.ts';
import { attend } from '../connect/attend.ts';
import { connectionOptions, type ConnectionFlags } from '../connect/flags.ts';
import { KINDS, type Kind, type Row } from '../realm.ts';
import { plain, table } from '../text.ts';
import { lineOf } from '../values.ts';

interface MetaFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Needs a router with the meta API, and the permission to call it; --follow also to subscribe to its events.
With --follow and --json, "change" is "added" or "removed"; what was there before is "added" first.

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
        .addArgument(new Argument('[what...]', 'what to show; all of it by default').choices(Object.keys(KINDS)))
        .option('--follow', 'go on, with a line for each that comes (+) or goes (-)')
        .option('--json', 'print lines of JSON, not tables'),
    ).addHelpText('after', EXAMPLES);
  },
  run([what], flags, terminal) {
    const { follow = false, json = false } = flags as MetaFlags;
    const names = (what as string[]).length > 0 ? [...new Set(what as string[])] : Object.keys(KINDS);
    const kinds = names.map((name) => KINDS[name] as Kind);
    const show = (kind: Kind, rows: readonly Row[]): void => {
      terminal.out(json ? rows.map((row) => lineFor(kind, row)).join('') : tableOf(kind, rows, terminal.columns));
    };
    return attend(flags as MetaFlags, terminal, {
      lasting: follow,
      work: (wamp) => {
        if (!follow) {
          return from(kinds).pipe(
            concatMap((kind) =>
              kind.list(wamp).pipe(
                tap((rows) => {
                  show(kind, rows);
                }),
              ),
            ),
          );
        }
        return merge(
          ...kinds.map((kind) => {
            let before: readonly Row[] | undefined;
            return kind.follow(wamp).pipe(
              tap((rows) => {
                if (before === undefined && !json) show(kind, rows);
                else
                  terminal.out(
                    changes(kind, before ?? [], rows)
                      .map((change) => changed(kind, change, json))
                      .join(''),
                  );
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

/** What came and went between two looks. */
function changes({ columns: [id] }: Kind, before: readonly Row[], after: readonly Row[]): Change[] {
  const [old, young] = [before, after].map((rows) => new Set(rows.map((row) => row[id]))) as [
    Set<unknown>,
    Set<unknown>,
  ];
  return [
    ...before.filter((row) => !young.has(row[id])).map((row): Change => ({ what: 'removed', row })),
    ...after.filter((row) => !old.has(row[id])).map((row): Change => ({ what: 'added', row })),
  ];
}

const changed = (kind: Kind, { what, row }: Change, json: boolean): string =>
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
