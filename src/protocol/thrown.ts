import { kindOf } from './kind-of.ts';

/** What a thrown value is as text. Anything can be thrown, also what cannot be made text, or is empty. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown) || kindOf(thrown);
  } catch {
    return kindOf(thrown);
  }
}

/** What a thrown value says. */
export function messageOf(thrown: unknown): string {
  try {
    return (thrown instanceof Error ? thrown.message : String(thrown)).trim() || kindOf(thrown);
  } catch {
    // of an error, too: `message` may be a getter
    return kindOf(thrown);
  }
}
