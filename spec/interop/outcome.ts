// Turns what Jasmine reports into outcomes: passed, expected deviation, failed.
import type { Deviation } from './deviations.ts';

/** What became of a spec. */
export interface Outcome {
  readonly router: string;
  readonly feature: string;
  readonly spec: string;
  readonly status: 'passed' | 'deviation' | 'failed';
  /** Of a deviation its reason, of a failure what failed. */
  readonly why?: string;
  readonly took: number;
}

/** What a run leaves. */
export interface Result {
  readonly node: string;
  /** The routers. */
  readonly versions: readonly string[];
  readonly peers: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** Jasmine's word on a spec. */
export interface SpecResult {
  readonly description: string;
  readonly fullName: string;
  readonly status: string;
  readonly duration: number | null;
  readonly failedExpectations: readonly { readonly message: string; readonly stack: string }[];
}

/** Where a spec stands: `describe` of the router, then of the feature, then the rest. */
export interface Place {
  readonly router: string;
  readonly feature: string;
  readonly spec: string;
}

/** Judges a spec both ways: a listed deviation has to show itself, and as it is listed. */
export function judge(place: Place, result: SpecResult, known: Deviation | undefined): Outcome {
  const base = { ...place, took: Math.round(result.duration ?? 0) };
  const failures = result.failedExpectations.map(({ message }) => message).join('\n');
  const failed = result.status !== 'passed';
  if (known === undefined) {
    return failed ? { ...base, status: 'failed', why: failures || result.status } : { ...base, status: 'passed' };
  }
  if (!failed) {
    return { ...base, status: 'failed', why: `the deviation does not occur any more: ${known.reason}` };
  }
  return known.as.test(failures)
    ? { ...base, status: 'deviation', why: known.reason }
    : { ...base, status: 'failed', why: `deviates otherwise than listed (${known.reason}):\n${failures}` };
}

const MARKS = { passed: 'passed', deviation: 'deviation', failed: 'FAILED' } as const;

/** One cell of the matrix: `12`, `10 + 2 deviations`, `1 FAILED of 12`. */
function cell(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return '–';
  const count = (status: Outcome['status']): number => outcomes.filter((each) => each.status === status).length;
  const [passed, deviations, failed] = [count('passed'), count('deviation'), count('failed')];
  if (failed > 0) return `${failed} ${MARKS.failed} of ${outcomes.length}`;
  if (deviations === 0) return `${passed} passed`;
  return `${passed > 0 ? `${passed} passed, ` : ''}${deviations} ${MARKS.deviation}${deviations > 1 ? 's' : ''}`;
}

function table(outcomes: readonly Outcome[], routers: readonly string[]): string[][] {
  const features = [...new Set(outcomes.map(({ feature }) => feature))];
  return [
    ['', ...routers],
    ...features.map((feature) => [
      feature,
      ...routers.map((title) => cell(outcomes.filter((each) => each.feature === feature && each.router === title))),
    ]),
  ];
}

/** The matrix and the deviations, for spec/README.md. */
export function markdown({ node, versions, peers, outcomes }: Result): string {
  const [head = [], ...rows] = table(outcomes, versions);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ').replaceAll(/(?<=\w)\|(?=\w)/g, '\\|')} |`;
  const deviations = versions.flatMap((title) => {
    const ours = outcomes.filter(({ router, status }) => router === title && status === 'deviation');
    const reasons = [...new Set(ours.map(({ why }) => why ?? ''))];
    return reasons.length > 0 ? ['', `${title}:`, '', ...reasons.map((why) => `- ${why}`)] : [];
  });
  return [
    `On Node ${node.replace(/^v/, '')}; beside ${peers.join(', ')}.`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    ...deviations,
  ].join('\n');
}

/** Router × feature, as lines of text. */
export function matrix(outcomes: readonly Outcome[], routers: readonly { readonly title: string }[]): string[] {
  const rows = table(
    outcomes,
    routers.map(({ title }) => title),
  );
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
