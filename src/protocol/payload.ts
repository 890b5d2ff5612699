/** A dictionary of the wire: string keys, any values. */
export type Dict = Record<string, unknown>;
/** A list of positional values. */
export type List = readonly unknown[];
/** Positional payload: a list, or one binary where the payload is passed through opaquely. */
export type Args = List | Uint8Array;

/** What stands for a payload that did not come, or was not given: never null, the same for all. */
export const NO_ARGS: List = Object.freeze([]);
export const NO_KWARGS: Readonly<Dict> = Object.freeze({});

/** A positional payload as a list: a binary in its place is a payload that was passed through opaquely. */
export const argsOf = (payload: Args = NO_ARGS): List => (payload instanceof Uint8Array ? [payload] : payload);
