/** Pages from this machine, and those of the option. */
export function isAllowed(origin: string, allowed: readonly string[] | '*'): boolean {
  if (allowed === '*' || allowed.includes(origin)) return true;
  try {
    const { hostname } = new URL(origin);
    return (
      hostname === 'localhost' ||
      hostname.endsWith('.localhost') ||
      /^127(\.\d+){3}$/.test(hostname) ||
      hostname === '[::1]'
    );
  } catch {
    return false;
  }
}
