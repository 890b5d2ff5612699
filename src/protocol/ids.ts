/** A WAMP id: an integer from 1 to 2^53 inclusive (WAMP, section "IDs"). */
export type Id = number;

/** The largest id, 2^53. `Number.isSafeInteger` refuses it: use {@link isId}. */
export const MAX_ID: Id = 2 ** 53;

/** Whether a value is an id: an integer from 1 to 2^53. */
export function isId(value: unknown): value is Id {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_ID;
}

/** The id after this one: ids of session scope count up from 1 and wrap after 2^53. */
export function nextId(id: Id): Id {
  return id >= MAX_ID ? 1 : id + 1;
}
