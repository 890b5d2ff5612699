import { textOf } from '../protocol/thrown.ts';

/** JSON of a value, for people: binary data by its length, what JSON has no word for as text. */
export function pretty(value: unknown): string {
  try {
    return JSON.stringify(value, readable, 2);
  } catch {
    // a payload of a transport within the page may hold anything, a circle too
    return textOf(value);
  }
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return binary(value);
  if (typeof value === 'bigint') return `${value}n`;
  return value;
}

const binary = (value: Uint8Array): string => `<${value.length} bytes>`;

/** The beginning of a value's JSON on one line. Walks no further than it shows: a payload may have megabytes. */
export function preview(value: unknown, limit: number): string {
  const out: string[] = [];
  let left = limit;
  const write = (text: string): boolean => {
    out.push(text.slice(0, Math.max(0, left)));
    left -= text.length;
    return left > 0;
  };
  const walk = (value: unknown, depth: number): boolean => {
    if (typeof value === 'string') return write(JSON.stringify(value.slice(0, left + 1)));
    if (typeof value !== 'object' || value === null) return write(textOf(value));
    if (value instanceof Uint8Array) return write(binary(value));
    if (depth === 0) return write('…');
    if (Array.isArray(value)) {
      return write('[') && value.every((item, i) => (i === 0 || write(', ')) && walk(item, depth - 1)) && write(']');
    }
    let first = true;
    if (!write('{')) return false;
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      if (!write(`${first ? '' : ', '}${key}: `) || !walk((value as Record<string, unknown>)[key], depth - 1))
        return false;
      first = false;
    }
    return write('}');
  };
  walk(value, 8);
  return left < 0 ? `${out.join('')}…` : out.join('');
}
