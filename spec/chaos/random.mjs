/** A random sequence that its seed gives again (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  /** A name from a table of weights. */
  const weighted = (table) => {
    let at = next() * Object.values(table).reduce((sum, weight) => sum + weight, 0);
    return Object.keys(table).find((name) => (at -= table[name]) < 0);
  };
  return { below, pick, weighted };
}
