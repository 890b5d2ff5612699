import { propagation, type Context, type TextMapGetter, type TextMapSetter } from '@opentelemetry/api';
import type { Dict } from '../protocol/payload.ts';

/** The name of a field of a propagator (`traceparent`) as an attribute outside the standard. */
const named = (field: string): string => `x_${field.toLowerCase().replaceAll('-', '_')}`;

const SETTER: TextMapSetter<Dict> = {
  set(carrier, field, value) {
    carrier[named(field)] = value;
  },
};

const GETTER: TextMapGetter<Readonly<Dict>> = {
  keys: (carrier) => Object.keys(carrier).flatMap((name) => (name.startsWith('x_') ? [name.slice(2)] : [])),
  get(carrier, field) {
    const value = carrier[named(field)];
    return typeof value === 'string' ? value : undefined;
  },
};

/** What the propagator of the application tells of a context, to be sent. */
export function written(context: Context): Dict {
  const carrier: Dict = {};
  propagation.inject(context, carrier, SETTER);
  return carrier;
}

/** The context that was sent. */
export const read = (context: Context, carrier: Readonly<Dict>): Context =>
  propagation.extract(context, carrier, GETTER);

/** What is left of keyword values when the propagator's fields are taken out. */
export function without(kwargs: Readonly<Dict>): Dict {
  const fields = new Set(propagation.fields().map(named));
  return Object.fromEntries(Object.entries(kwargs).filter(([name]) => !fields.has(name)));
}
