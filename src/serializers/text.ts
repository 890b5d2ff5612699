// Made once, since making one costs more than a small message; made late, since jsdom (Jest's pages) has neither.
let decoder: TextDecoder | undefined;
let encoder: TextEncoder | undefined;

/** What is not UTF-8 reads as U+FFFD. */
export const utf8Decoder: Pick<TextDecoder, 'decode'> = {
  decode: (bytes) => (decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes),
};

/** Writes UTF-8. */
export const utf8Encoder: Pick<TextEncoder, 'encode' | 'encodeInto'> = {
  encode: (text) => (encoder ??= new TextEncoder()).encode(text),
  encodeInto: (text, bytes) => (encoder ??= new TextEncoder()).encodeInto(text, bytes),
};
