/** `'c4 02 00ff'` → bytes. */
export const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Bytes, or text as it is, for comparing with literals. */
export const hex = (frame: string | Uint8Array): string =>
  typeof frame === 'string' ? frame : Array.from(frame, (byte) => byte.toString(16).padStart(2, '0')).join('');
