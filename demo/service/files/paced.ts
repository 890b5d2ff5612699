/**
 * Returns true at most once in `every` ms: partial results are for people, and more of them than a screen can show would
 * only slow down the work.
 */
export function pace(every: number): () => boolean {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (now - last < every) return false;
    last = now;
    return true;
  };
}
