import { BOOL, checkOptions, DICT, isDict, type OptionTable } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { Coded } from '../session/contract-types.ts';
import type { Result } from '../session/events.ts';
import { isSchema, type InputOf, type OutputOf, type StandardSchemaV1 } from './schema.ts';

/** Schemas of a payload: of the list of positional values, and of the keyword values. Parts without one are not checked. */
export interface PayloadSchemas {
  /** Schema of the list of positional values: a tuple or an array. Absent: any. */
  readonly args?: StandardSchemaV1 | undefined;
  /** Schema of the object of keyword values. Absent: any. */
  readonly kwargs?: StandardSchemaV1 | undefined;
}

/** Schemas of a procedure. */
export interface ProcedureSchemas extends PayloadSchemas {
  /** Of the single value of the result; or of its `args` and `kwargs`, where there are several. */
  readonly result?: StandardSchemaV1 | PayloadSchemas | undefined;
  /** Of a progressive result, in the same way; by default as for the final one. */
  readonly progress?: StandardSchemaV1 | PayloadSchemas | undefined;
}

/** The argument of {@link contract}: schemas by URI. */
export interface ContractDefinition {
  /** Whether the compiler allows other URIs. */
  readonly open?: true | undefined;
  /** What calls and registrations carry, by the URI of the procedure. */
  readonly procedures?: Readonly<Record<Uri, ProcedureSchemas>> | undefined;
  /** What publications and events carry, by the URI of the topic. */
  readonly topics?: Readonly<Record<Uri, PayloadSchemas>> | undefined;
  /** What errors of calls carry, by their URI. */
  readonly errors?: Readonly<Record<Uri, PayloadSchemas>> | undefined;
}

/** A contract that can be checked at run time; made by {@link contract}. */
export class Contract<D extends ContractDefinition = ContractDefinition> {
  /** The schemas that `contract()` was given. */
  readonly definition: D;

  /** @internal */
  constructor(definition: D) {
    this.definition = definition;
  }

  /** The schemas of a procedure, if it has any. */
  procedure(uri: Uri): ProcedureSchemas | undefined {
    return own(this.definition.procedures, uri);
  }

  /** The schemas of a topic, if it has any. */
  topic(uri: Uri): PayloadSchemas | undefined {
    return own(this.definition.topics, uri);
  }

  /** The schemas of an error, if it has any. */
  error(uri: Uri): PayloadSchemas | undefined {
    return own(this.definition.errors, uri);
  }
}

/** An entry by URI; names of Object.prototype are none. */
const own = <T>(entries: Readonly<Record<Uri, T>> | undefined, uri: Uri): T | undefined =>
  entries !== undefined && Object.hasOwn(entries, uri) ? entries[uri] : undefined;

/** The value on the wire for a schema: its input. */
type Wire<S> = S extends StandardSchemaV1
  ? InputOf<S>
  : S extends PayloadSchemas
    ? Result<WireList<S['args']>, WireDict<S['kwargs']>>
    : undefined;
type WireList<S> = S extends StandardSchemaV1<readonly unknown[], unknown> ? InputOf<S> : readonly unknown[];
type WireDict<S> = S extends StandardSchemaV1 ? InputOf<S> : Readonly<Record<string, unknown>>;
/** The value for a checking receiver: the schema's output. */
type Made<S> = S extends StandardSchemaV1
  ? OutputOf<S>
  : S extends PayloadSchemas
    ? Result<MadeList<S['args']>, MadeDict<S['kwargs']>>
    : undefined;
type MadeList<S> = S extends StandardSchemaV1
  ? OutputOf<S> extends readonly unknown[]
    ? OutputOf<S>
    : readonly unknown[]
  : readonly unknown[];
type MadeDict<S> = S extends StandardSchemaV1 ? OutputOf<S> : Readonly<Record<string, unknown>>;
type Both<Sent, Received> = [Sent, Received] extends [Received, Sent] ? Sent : Coded<Sent, Received>;

type Entries<E, Checked> = {
  readonly [U in keyof E]: {
    readonly [Part in keyof E[U]]: Checked extends true ? Both<Wire<E[U][Part]>, Made<E[U][Part]>> : Wire<E[U][Part]>;
  };
};
type Sections<D, Checked> = {
  readonly [Name in keyof D]: Name extends 'open' ? D[Name] : Entries<D[Name], Checked>;
};

/**
 * The contract type of a contract, for clients that do not check what they receive: the values on the wire.
 *
 * @example
 * const wamp = new WampClient<ApiOf<typeof shop>>({ url, realm });
 */
export type ApiOf<C> = C extends Contract<infer D> ? Sections<D, false> : never;
/** The contract type of a contract whose receivers check it: they get the outputs of the schemas. */
export type CheckedApiOf<D> = Sections<D, true>;

const SECTIONS = { procedures: DICT, topics: DICT, errors: DICT } satisfies OptionTable;
const PAYLOAD = ['args', 'kwargs'];
const PROCEDURE = [...PAYLOAD, 'result', 'progress'];

/**
 * A contract of procedures, topics and errors by URI, as schemas of any library that implements Standard Schema. It types
 * clients ({@link ApiOf}), and `validated()` checks what they receive.
 *
 * @throws TypeError, InvalidUriError that name the wrong entry
 * @example
 * const shop = contract({
 *   procedures: { 'com.shop.add': { args: z.tuple([z.number(), z.number()]), result: z.number() } },
 *   topics: { 'com.shop.price': { args: z.tuple([z.object({ item: z.string(), price: z.number() })]) } },
 *   errors: { 'com.shop.error.sold_out': { kwargs: z.object({ item: z.string() }) } },
 * });
 */
export function contract<const D extends ContractDefinition>(definition: D): Contract<D> {
  checkOptions(() => 'contract()', { open: BOOL, ...SECTIONS }, definition);
  for (const section of Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]) {
    const known = section === 'procedures' ? PROCEDURE : PAYLOAD;
    for (const [uri, entry] of Object.entries(definition[section] ?? {})) {
      assertUri(uri, `contract(): ${section}`);
      checkEntry(`${section}["${uri}"]`, entry, known);
    }
  }
  return new Contract(definition);
}

function checkEntry(name: string, entry: unknown, known: readonly string[]): void {
  if (!isDict(entry)) throw new TypeError(`contract(): ${name} must be an object of schemas, got ${kindOf(entry)}`);
  for (const [part, schema] of Object.entries(entry)) {
    if (!known.includes(part))
      throw new TypeError(`contract(): ${name}: unknown '${part}'; known are ${known.join(', ')}`);
    if (schema === undefined || isSchema(schema)) continue;
    // args and kwargs of a result may have a schema each
    if (!PAYLOAD.includes(part) && isDict(schema)) checkEntry(`${name}.${part}`, schema, PAYLOAD);
    else
      throw new TypeError(
        `contract(): ${name}.${part} must be a Standard Schema, as of zod, valibot or arktype, got ${kindOf(schema)}`,
      );
  }
}
