/** The least of 1, 2, 5, 10, 20, 50 … that is not below a value: the end of a scale that is easy to read. */
export function ceiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}
