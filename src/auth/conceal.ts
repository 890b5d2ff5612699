import type { AuthAttempt } from './authenticator.ts';

const ABORT = 3;
const CHALLENGE = 4;
const MASK = '***';

/** A copy in which every string is without the secret. */
function masked(value: unknown, secret: string): unknown {
  if (typeof value === 'string') return value.replaceAll(secret, MASK);
  if (Array.isArray(value)) return value.map((each) => masked(each, secret));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, masked(each, secret)]));
}

/** Takes the secret out of an error and of what lies behind it: a close reason, the body of an HTTP answer. */
function maskError(error: unknown, secret: string): void {
  for (let each = error; each instanceof Error; each = each.cause) {
    for (const name of ['message', 'stack'] as const) {
      const text = each[name];
      // what has no secret in it is left alone: some errors of the platform cannot be written to
      if (text?.includes(secret) === true) Object.defineProperty(each, name, { value: text.replaceAll(secret, MASK) });
    }
  }
}

/**
 * Keeps what is about to be sent as a proof out of the router's answer: authenticators that an application writes for
 * its router like to say `invalid ticket 's3cret'`, and what an ABORT says, or the reason with which the link is closed,
 * is told on status$, lifecycle$, messages$ and in errors. Nothing is left behind when the handshake is over.
 */
export function conceal(secret: string, attempt: AuthAttempt): void {
  const frames = attempt.frames?.();
  if (!frames || secret === '') return;
  const { next, error } = frames;
  const masking = (frame: unknown): void => {
    const code: unknown = Array.isArray(frame) ? frame[0] : undefined;
    // after another round the first proof may be told as well
    if (code !== CHALLENGE && frames.next === masking) Object.assign(frames, { next, error });
    // the reason is a URI, by which the client decides what to do next
    if (code === ABORT) next((frame as unknown[]).map((part, i) => (i === 2 ? part : masked(part, secret))));
    else next(frame);
  };
  frames.next = masking;
  frames.error = (loss) => {
    maskError(loss, secret);
    error(loss);
  };
}
