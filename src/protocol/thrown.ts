import { kindOf } from './errors.ts';

/** What a thrown value is as text. Anything can be thrown, also what cannot be made text, or is empty. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown) || kindOf(thrown);
  } catch {
    return kindOf(thrown);
  }
}

/** What a thrown value says. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : textOf(thrown));
