/** Characters that are left out (RFC 3454, table B.1). */
const NOTHING = /[\u00ad\u1806\u200b-\u200d\u2060\ufeff]|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]/gu;
/** Spaces that become the usual one (table C.1.2). */
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
/** Characters that names and passwords must not hold (tables C.2.1 to C.9): controls, private use, surrogates, tags … */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u0340\u0341\u06dd\u070f\u180e\u200c-\u200f\u2028-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufeff\ufff9-\ufffd\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;
/** Characters written from right to left (table D.1). */
const RIGHT_TO_LEFT =
  '\\u05be\\u05c0\\u05c3\\u05d0-\\u05ea\\u05f0-\\u05f4\\u061b\\u061f\\u0621-\\u063a\\u0640-\\u064a\\u066d-\\u066f\\u0671-\\u06d5' +
  '\\u06dd\\u06e5\\u06e6\\u06fa-\\u06fe\\u0700-\\u070d\\u0710\\u0712-\\u072c\\u0780-\\u07a5\\u07b1\\u200f\\ufb1d\\ufb1f-\\ufb28' +
  '\\ufb2a-\\ufb36\\ufb38-\\ufb3c\\ufb3e\\ufb40\\ufb41\\ufb43\\ufb44\\ufb46-\\ufbb1\\ufbd3-\\ufd3d\\ufd50-\\ufd8f\\ufd92-\\ufdc7' +
  '\\ufdf0-\\ufdfc\\ufe70-\\ufe74\\ufe76-\\ufefc';

/**
 * The normal form of a name or password, the same for all ways to type it (SASLprep, RFC 4013). Characters that are newer than
 * Unicode 3.2 pass, as the RFC says for queries. `undefined` where it holds a forbidden character.
 */
export function saslprep(text: string): string | undefined {
  const prepared = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  if (PROHIBITED.test(prepared)) return undefined;
  if (!RegExp(`[${RIGHT_TO_LEFT}]`, 'u').test(prepared)) return prepared;
  // a text of both directions, or with a neutral character at an end, could be read in two ways
  const begins = RegExp(`^[${RIGHT_TO_LEFT}](.*[${RIGHT_TO_LEFT}])?$`, 'su');
  const other = RegExp(`(?![${RIGHT_TO_LEFT}])\\p{L}`, 'u');
  return begins.test(prepared) && !other.test(prepared) ? prepared : undefined;
}
