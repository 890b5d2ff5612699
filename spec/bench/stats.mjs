// Medians, and intervals that assume nothing of the distribution.

const sorted = (values) => [...values].sort((a, b) => a - b);

function median(values) {
  const v = sorted(values);
  const middle = v.length >> 1;
  return v.length % 2 > 0 ? v[middle] : (v[middle - 1] + v[middle]) / 2;
}

/**
 * Between which values the median lies with 95 %: the k-th smallest and the k-th largest, with the largest k for which
 * it is outside in fewer than 5 % of samples. Below six values even the extremes are not enough: they are given all the
 * same.
 */
function interval(values) {
  const v = sorted(values);
  let outside = 0;
  let term = 2 * 0.5 ** v.length;
  let k = 0;
  while (outside + term <= 0.05) {
    outside += term;
    term *= (v.length - k) / (k + 1);
    k++;
  }
  const at = Math.max(0, k - 1);
  return [v[at], v[v.length - 1 - at]];
}

export const summary = (values) => ({ median: median(values), interval: interval(values) });

/** Ratios within each round: what slowed one round slowed both. */
function ratios(these, those, field) {
  const pairs = Object.keys(these ?? {}).filter((round) => those?.[round] !== undefined);
  return Object.fromEntries(pairs.map((round) => [round, { ratio: these[round][field] / those[round][field] }]));
}

/** How many times as much of something these need as those. */
export function ratio(these, those, field) {
  const found = Object.values(ratios(these, those, field)).map((each) => each.ratio);
  return found.length === 0 ? undefined : summary(found);
}

/** How these grow from what they grow from, in relation to how others do: `[large, small]` of both. */
export const growth = (these, others, field) => ratio(ratios(...these, field), ratios(...others, field), 'ratio');
