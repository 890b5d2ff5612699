import { propagation, type Context, type TextMapGetter, type TextMapSetter } from '@opentelemetry/api';
import type { Dict } from '../protocol/payload.ts';

/** The attribute, outside the standard, for a field of a propagator (`traceparent`). */
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

/** The fields in which the application's propagator writes a context. */
export function inject(context: Context): Dict {
  const carrier: Dict = {};
  propagation.inject(context, carrier, SETTER);
  return carrier;
}

/** The context that such fields describe. */
export const extract = (context: Context, carrier: Readonly<Dict>): Context =>
  propagation.extract(context, carrier, GETTER);

/** Keyword arguments without the propagator's fields. */
export function withoutFields(kwargs: Readonly<Dict>): Dict {
  const fields = new Set(propagation.fields().map(named));
  return Object.fromEntries(Object.entries(kwargs).filter(([name]) => !fields.has(name)));
}
