/** Says what kind of thing a value is, for error messages: `a list`, `the string "x"`, `nothing`. */
export function kindOf(value: unknown, secret = false): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'binary';
  const type = typeof value;
  if (typeof value === 'string' && !secret) {
    return `the string ${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)}`;
  }
  if ((typeof value === 'number' || typeof value === 'boolean') && !secret) return `the ${type} ${value}`;
  return type === 'object' ? 'an object' : `a ${type}`;
}
