/** One pair for all: making them costs more than a small message. Text that is not UTF-8 reads as U+FFFD. */
export const utf8Decoder: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });
export const utf8Encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
