/**
 * Colours and measures. Each comes from a custom property that a page may set on the element, or anywhere above it; the
 * README lists them. `light-dark()` follows the element's colour scheme.
 */
export const tokens = /* css */ `
:host {
  color-scheme: light dark;
  --back: var(--rxwamp-inspector-background, light-dark(#ffffff, #15181d));
  --raised: var(--rxwamp-inspector-surface, light-dark(#f6f7f9, #1c2026));
  --line: var(--rxwamp-inspector-border, light-dark(#e2e5ea, #2d333c));
  --text: var(--rxwamp-inspector-text, light-dark(#1c232d, #e3e7ed));
  --muted: var(--rxwamp-inspector-muted, light-dark(#5a6472, #98a2b0));
  --accent: var(--rxwamp-inspector-accent, light-dark(#2457c5, #8ab0ff));
  --good: var(--rxwamp-inspector-good, light-dark(#17733f, #62cf92));
  --busy: var(--rxwamp-inspector-busy, light-dark(#8a5a00, #e5b454));
  --bad: var(--rxwamp-inspector-bad, light-dark(#b92f27, #ff8f85));
  --chosen: color-mix(in srgb, var(--accent) 13%, var(--back));
  --hover: color-mix(in srgb, var(--text) 5%, var(--back));
  --sans: var(--rxwamp-inspector-font, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif);
  --mono: var(--rxwamp-inspector-mono, ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace);
  --row: 24px;
  --gap: 12px;
}
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }

[data-tone='good'] { --tone: var(--good); }
[data-tone='busy'] { --tone: var(--busy); }
[data-tone='bad'] { --tone: var(--bad); }
[data-tone='calm'] { --tone: var(--muted); }
`;
