/**
 * A gate that opens at most once in `every` ms: partial results tell a person how it goes, and more of them than a
 * screen can show would only slow the work down.
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
