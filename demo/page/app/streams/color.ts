/**
 * A colour token as a colour for a canvas. Tokens are pairs for light and dark, which only the style engine resolves.
 *
 * @param share percent of the colour, the rest is transparent
 */
export function color(host: HTMLElement, token: string, share = 100): string {
  const probe = document.createElement('span');
  probe.style.color = `color-mix(in srgb, var(${token}) ${String(share)}%, transparent)`;
  host.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}
