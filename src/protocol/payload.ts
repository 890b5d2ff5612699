// apart from the messages: whoever reads a payload need not carry their table
import type { Args, Dict, List } from './messages.ts';

/** What stands for a payload that did not come, or was not given: never null, the same for all. */
export const NO_ARGS: List = Object.freeze([]);
export const NO_KWARGS: Readonly<Dict> = Object.freeze({});

/** A positional payload as a list: a binary in its place is a payload that was passed through opaquely. */
export const argsOf = (payload: Args = NO_ARGS): List => (payload instanceof Uint8Array ? [payload] : payload);
