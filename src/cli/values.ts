import { fromWire } from '../protocol/names.ts';
import type { Dict } from '../protocol/payload.ts';
import { json } from '../serializers/json.ts';
import { CliError } from './command.ts';

const JSON_OF_WAMP = json();

/**
 * An argument of the command line: JSON, or else a string. Integers beyond 2^53 keep their digits; a string of NUL and
 * base64 is binary, as in WAMP's JSON.
 */
export function valueOf(text: string): unknown {
  let value: unknown;
  try {
    JSON.parse(text); // stricter than what comes from a router: NaN is a string here
    value = JSON_OF_WAMP.decode(text);
  } catch {
    return text;
  }
  return typeof value === 'number' && /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

/** `name=value` pairs as a dictionary; the value is JSON or a string, and may contain `=`. */
export function pairsOf(flag: string, pairs: readonly string[] = [], nameOf = (name: string): string => name): Dict {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new CliError(`${flag}: expected <name>=<value>, got '${pair}'`);
      return [nameOf(pair.slice(0, at)), valueOf(pair.slice(at + 1))];
    }),
  );
}

/** The options of a verb: `--option disclose_me=true` or `discloseMe=true`. */
export const optionsOf = (pairs: readonly string[] | undefined): Dict => pairsOf('--option', pairs, fromWire);

/** A value as one line of JSON. A value that JSON cannot express (a NaN that came by CBOR) is null. */
export function lineOf(value: unknown): string {
  try {
    return (JSON_OF_WAMP.encode([value]) as string).slice(1, -1);
  } catch {
    return JSON.stringify(value ?? null, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  }
}

/** Indents one line of JSON. It reads no numbers, so that none loses digits. */
export function indented(line: string): string {
  let depth = 0;
  const newline = (): string => `\n${'  '.repeat(depth)}`;
  return line.replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    if (token === '{' || token === '[') {
      depth++;
      return token + newline();
    }
    if (token === '}' || token === ']') {
      depth--;
      return newline() + token;
    }
    return token === ',' ? token + newline() : token === ':' ? ': ' : token;
  });
}

/** Parses a duration, which may be `none` or not: `2` and `2s` are seconds, `500ms` milliseconds, `5m` minutes. In milliseconds. */
export function durationOf(flag: string, { none = false } = {}): (text: string) => number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return (text) => {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
    const duration = Number(number) * (units[unit] as number);
    if (!((none || duration > 0) && duration < 2 ** 31)) {
      throw new CliError(`${flag}: expected a time like 10s, 500ms or 5m, got '${text}'`);
    }
    return duration;
  };
}

/** Parses an integer from `least`. */
export function countOf(flag: string, least = 1): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(number) || number < least) {
      throw new CliError(`${flag}: expected a number from ${least}, got '${text}'`);
    }
    return number;
  };
}
