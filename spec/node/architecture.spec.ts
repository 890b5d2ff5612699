// What the checks of imports and the linter cannot say of src: its words. They are those of a stranger who looks things up.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
/** Words of riddles, each with a plain one in its place: a subject, a verb, a technical noun. */
const RIDDLES = /\b(whoever|nobody|somebody|told|hears? of)\b/i;

/** The lines of a text that speak in riddles, with their numbers. */
const riddlesIn = (text: string): string[] =>
  text.split('\n').flatMap((line, index) => (RIDDLES.test(line) ? [`${index + 1}: ${line.trim()}`] : []));

describe('src', () => {
  it('speaks in plain words', () => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => riddlesIn(readFileSync(src + file, 'utf8')).map((at) => `${file}:${at}`))).toEqual(
      [],
    );
    expect(riddlesIn('fine\n// Whoever asks is told')).toEqual(['2: // Whoever asks is told']);
  });
});
