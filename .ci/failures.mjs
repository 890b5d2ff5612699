// What the output of a failed step says about its failures, short enough for the summary of .ci/runner.mjs.
//
// Jasmine, Karma and our own checks all print a heading (`3) name of the spec`, `name of the spec FAILED`, `✗ name` or `FAIL name`)
// and the message indented below it. Other programs (tsc, oxlint, size) have no such form: of those the last lines are taken.

const HEADING = /^(?:✗ |FAIL |\d+\) |Suite error: )|^.+ (?:FAILED|ERROR)$/;
/** Lines below a heading that say nothing about the reason. */
const NOISE = /^\s+(?:(?:Message|Stack):$|at (?:.*node_modules|<Jasmine>|node:|async node:))/;

const MESSAGE = 6; // lines of one failure
const ALL = 40; // lines of one step
const TAIL = 20; // lines of a step without headings

/** The lines of the summary about one step, of what it printed. */
export function failuresIn(text) {
  const lines = text.trim().split('\n');
  const found = lines.flatMap((line, index) => (HEADING.test(line) ? [line, ...messageBelow(lines, index)] : []));
  if (found.length === 0) return lines.slice(-TAIL);
  return found.length > ALL ? [...found.slice(0, ALL), `… ${found.length - ALL} more lines above`] : found;
}

function messageBelow(lines, heading) {
  const rest = lines.slice(heading + 1);
  const end = rest.findIndex((line) => !/^\s+\S/.test(line));
  return (end < 0 ? rest : rest.slice(0, end)).filter((line) => !NOISE.test(line)).slice(0, MESSAGE);
}
