/** Made once: making one costs more than a small message. What is not UTF-8 reads as U+FFFD. */
export const utf8Decoder: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });
/** Made once, as {@link utf8Decoder}. */
export const utf8Encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
