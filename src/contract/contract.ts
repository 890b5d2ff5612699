import { BOOL, checkOptions, DICT, isDict, type OptionTable } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { Coded } from '../session/contract-types.ts';
import type { Result } from '../session/events.ts';
import { isSchema, type InputOf, type OutputOf, type StandardSchemaV1 } from './schema.ts';

/** Schemas of a payload: of the list of positional values, and of the keyword values. What has none is not looked at. */
export interface PayloadSchemas {
  readonly args?: StandardSchemaV1 | undefined;
  readonly kwargs?: StandardSchemaV1 | undefined;
}

/** Schemas of a procedure. */
export interface ProcedureSchemas extends PayloadSchemas {
  /** Of the one value of the result; or of its lists, where there are several. */
  readonly result?: StandardSchemaV1 | PayloadSchemas | undefined;
  /** Of a progressive result, in the same way; as of the final one where it is left out. */
  readonly progress?: StandardSchemaV1 | PayloadSchemas | undefined;
}

/** What {@link contract} takes: schemas by URI. */
export interface ContractDefinition {
  /** Whether URIs that are not in it are allowed; the compiler refuses them otherwise. */
  readonly open?: true | undefined;
  readonly procedures?: Readonly<Record<Uri, ProcedureSchemas>> | undefined;
  readonly topics?: Readonly<Record<Uri, PayloadSchemas>> | undefined;
  readonly errors?: Readonly<Record<Uri, PayloadSchemas>> | undefined;
}

/** A contract that can be checked while the program runs; made by {@link contract}. */
export class Contract<D extends ContractDefinition = ContractDefinition> {
  readonly definition: D;
  readonly #sections: Readonly<Record<keyof typeof SECTIONS, ReadonlyMap<Uri, PayloadSchemas>>>;

  /** @internal */
  constructor(definition: D) {
    const section = (name: keyof typeof SECTIONS): ReadonlyMap<Uri, PayloadSchemas> =>
      new Map(Object.entries(definition[name] ?? {}));
    this.definition = definition;
    this.#sections = { procedures: section('procedures'), topics: section('topics'), errors: section('errors') };
  }

  /** The schemas of a procedure, if there are any. */
  procedure(uri: Uri): ProcedureSchemas | undefined {
    return this.#sections.procedures.get(uri);
  }

  /** The schemas of a topic, if there are any. */
  topic(uri: Uri): PayloadSchemas | undefined {
    return this.#sections.topics.get(uri);
  }

  /** The schemas of an error, if there are any. */
  error(uri: Uri): PayloadSchemas | undefined {
    return this.#sections.errors.get(uri);
  }
}

/** What goes over the wire for a schema: what it takes. */
type Wire<S> = S extends StandardSchemaV1
  ? InputOf<S>
  : S extends PayloadSchemas
    ? Result<WireList<S['args']>, WireDict<S['kwargs']>>
    : undefined;
type WireList<S> = S extends StandardSchemaV1<readonly unknown[], unknown> ? InputOf<S> : readonly unknown[];
type WireDict<S> = S extends StandardSchemaV1 ? InputOf<S> : Readonly<Record<string, unknown>>;
/** What a checking receiver makes of it. */
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
 * The contract type of a contract, for clients that do not check what they receive: what goes over the wire.
 *
 * @example
 * const wamp = new WampClient<ApiOf<typeof shop>>({ url, realm });
 */
export type ApiOf<C> = C extends Contract<infer D> ? Sections<D, false> : never;
/** The contract type of a contract whose receivers check it: they receive what the schemas make. */
export type CheckedApiOf<D> = Sections<D, true>;

const SECTIONS = { procedures: DICT, topics: DICT, errors: DICT } satisfies OptionTable;
const PAYLOAD = ['args', 'kwargs'];
const PROCEDURE = [...PAYLOAD, 'result', 'progress'];

/**
 * A contract as schemas of any library that keeps to Standard Schema: procedures, topics and errors by URI. It types
 * clients ({@link ApiOf}), and `validated()` checks what they receive by it.
 *
 * @throws TypeError, InvalidUriError that name what is wrong
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
    // the lists of a result may have a schema each
    if (!PAYLOAD.includes(part) && isDict(schema)) checkEntry(`${name}.${part}`, schema, PAYLOAD);
    else throw new TypeError(`contract(): ${name}.${part} must be a Standard Schema, got ${kindOf(schema)}`);
  }
}
