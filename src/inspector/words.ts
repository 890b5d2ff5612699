/** The words of a filter, in small letters. */
export const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether a text has each of the words, and none of those that begin with a minus. */
export function matches(text: string, words: readonly string[]): boolean {
  const searched = text.toLowerCase();
  return words.every((word) =>
    word.startsWith('-') && word.length > 1 ? !searched.includes(word.slice(1)) : searched.includes(word),
  );
}
