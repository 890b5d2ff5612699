/** Shows a value in an error message, shortened. */
export function show(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, v: unknown) =>
      typeof v === 'bigint' ? `${v}n` : v instanceof Error ? `${v.name}: ${v.message}` : v,
    );
  } catch {
    text = String(value);
  }
  text ??= String(value);
  return text.length > 300 ? `${text.slice(0, 297)}…` : text;
}
