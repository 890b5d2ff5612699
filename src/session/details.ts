import { camelised, READ_BY_CLIENTS } from '../protocol/attributes.ts';
import { fromWire } from '../protocol/names.ts';
import type { Dict } from '../protocol/payload.ts';

/** The private name under which a view has its dictionary of the wire. */
export const WIRE = Symbol('wire');
/** What messages have in an element of their own, or in an attribute where the element would be ambiguous. */
const OWN = ['subscription', 'topic', 'registration', 'procedure'];

/** An attribute of a dictionary of the wire; one of the wrong type is as if it were absent. */
export function attribute(wire: Readonly<Dict>, name: string): unknown {
  const value = wire[name];
  return READ_BY_CLIENTS[name]?.test(value) ? value : undefined;
}

/** What every dictionary of details has. */
export interface AnyDetails {
  /** What came that has no name here: attributes outside the standard (`x_…`, `_…`), and those of later versions. */
  readonly extra: Readonly<Dict>;
  /** All of it as a plain object in camelCase. */
  toJSON(): Dict;
}

/**
 * A dictionary of the wire seen in camelCase, read on access: a getter for each attribute of the one table. What
 * the message itself has is a property.
 */
export abstract class Details implements AnyDetails {
  static {
    for (const wire of Object.keys(READ_BY_CLIENTS)) {
      if (OWN.includes(wire)) continue;
      Object.defineProperty(this.prototype, fromWire(wire), {
        get(this: Details) {
          return attribute(this[WIRE](), wire);
        },
      });
    }
  }

  /** The dictionary, a private name of each view: one of this class would cost as much as making the whole view. */
  abstract [WIRE](): Readonly<Dict>;

  get extra(): Readonly<Dict> {
    return camelised(Object.fromEntries(Object.entries(this[WIRE]()).filter(([key]) => !(key in READ_BY_CLIENTS))));
  }

  toJSON(): Dict {
    return { ...camelised(this[WIRE]()), ...(this as object) };
  }
}

/** The dictionary of the wire behind a view, for code that passes it on. @internal */
export const wireDetails = (details: AnyDetails): Readonly<Dict> =>
  (details as AnyDetails & { [WIRE](): Readonly<Dict> })[WIRE]();
