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
    // not instanceof: an Error may come from another realm
    const { message = thrown } = Object(thrown) as Partial<Error>;
    return String(message).trim() || kindOf(thrown);
  } catch {
    // of an error, too: `message` may be a getter
    return kindOf(thrown);
  }
}
