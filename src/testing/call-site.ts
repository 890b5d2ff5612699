/** Where a test called the kit: what {@link callSite} took, read only in an error. */
export type CallSite = Pick<Error, 'stack'>;

/** Takes the stack now: once a Promise has rejected, it no longer shows which line of the test waited. */
export const callSite = (): CallSite => new Error('call site');

/**
 * The error of a time-out: it ends with the line of the test that waited, and has the stack from there.
 *
 * @param site where the test called the kit
 */
export function timedOut({ stack = '' }: CallSite, message: string, options?: ErrorOptions): Error {
  const frames = stack.split('\n').filter((line) => PLACE.test(line));
  const own = folderOf(frames[0]);
  // the test's: neither the kit's nor of a package. A bundle has tests and kit in one file: then the stack alone shows the line
  const outside = frames.findIndex(
    (frame) => folderOf(frame)?.startsWith(own ?? '') === false && !frame.includes('/node_modules/'),
  );
  const place = PLACE.exec(frames[outside] ?? '')?.[0];
  const error = new Error(place === undefined ? message : `${message} (waiting at ${place})`, options);
  error.stack = [`Error: ${error.message}`, ...frames.slice(Math.max(0, outside))].join('\n');
  return error;
}

/** `file:///spec/app.spec.ts:12:5` in a frame of V8, `… (place)`, and in one of Firefox and Safari, `…@place`. */
const PLACE = /[^\s(@]+:\d+:\d+(?=\)?$)/;

const folderOf = (frame = ''): string | undefined => PLACE.exec(frame)?.[0].replace(/[^/\\]*$/, '');
