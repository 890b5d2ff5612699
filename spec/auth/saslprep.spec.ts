import { saslprep } from '../../src/auth/saslprep.ts';

describe('saslprep', () => {
  // the examples of RFC 4013, section 3
  const examples: readonly (readonly [what: string, input: string, output: string | undefined])[] = [
    ['a soft hyphen is left out', 'I\u00adX', 'IX'],
    ['nothing changes', 'user', 'user'],
    ['case stays', 'USER', 'USER'],
    ['compatible characters become the usual ones', '\u00aa', 'a'],
    ['a Roman numeral becomes letters', '\u2168', 'IX'],
    ['a control character is refused', '\u0007', undefined],
    ['a right-to-left text that ends in a digit is refused', '\u06271', undefined],
    // and what they leave open
    ['spaces become the usual one', 'a\u00a0b\u3000c', 'a b c'],
    ['what has no width is left out', 'a\u200bb\ufeffc\ufe0f', 'abc'],
    ['a right-to-left text may hold digits', '\u06271\u0628', '\u06271\u0628'],
    ['a single right-to-left character is enough', '\u05d0', '\u05d0'],
    ['both directions in one text are refused', '\u0627a\u0628', undefined],
    ['private characters are refused', 'a\ue000', undefined],
    ['half a character is refused', 'a\ud800', undefined],
    ['a replacement character is refused', 'a\ufffd', undefined],
    ['a tag is refused', 'a\u{e0041}', undefined],
    ['younger characters pass', '\u{1f600}', '\u{1f600}'],
    ['nothing stays nothing', '', ''],
  ];
  for (const [what, input, output] of examples) {
    it(what, () => {
      expect(saslprep(input)).toBe(output);
    });
  }
});
