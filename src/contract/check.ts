import { isDict } from '../protocol/kinds.ts';
import { WampError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { isPromise } from '../async.ts';
import type { PayloadSchemas } from './contract.ts';
import { isSchema, type SchemaIssue, type StandardSchemaV1 } from './schema.ts';

/** One violation of the contract. Holds no value of the payload, only its kind. */
export interface ContractIssue {
  /** Which value: `args[0].price`, `kwargs.name`, `result`. */
  readonly name: string;
  /** The message of the schema. */
  readonly message: string;
  /** The kind of the value: `a string`, `nothing`. */
  readonly received: string;
}

/**
 * A result violates the contract, or the payload of an error does (which is the `cause`). For events it is emitted on
 * `userErrors$`.
 */
export class ContractError extends WampError {
  /** `ContractError`, also where a bundler shortens the class name. */
  override name = 'ContractError';
  /** The procedure, topic or error. */
  readonly uri: string;
  /** What is wrong with the payload: one entry for each value. */
  readonly issues: readonly ContractIssue[];

  /**
   * An error that lists the issues.
   *
   * @param what the kind of payload, which begins the message
   * @param uri of the procedure, topic or error
   * @param cause the error that came, where its payload is what is wrong
   */
  constructor(what: string, uri: string, issues: readonly ContractIssue[], cause?: unknown) {
    super(`${what} ${uri} violates the contract: ${sentence(issues)}`, { cause });
    this.uri = uri;
    this.issues = issues;
  }
}

/** Whether a value is a {@link ContractError}. */
export const isContractError = (value: unknown): value is ContractError => value instanceof ContractError;

/** The issues in one sentence. */
export const sentence = (issues: readonly ContractIssue[]): string =>
  issues.map(({ name, message, received }) => `${name}: ${message} (got ${received})`).join(', ');

/** A payload as received, or as its schemas transformed it. */
export interface PayloadLike {
  readonly args: List;
  readonly kwargs: Readonly<Dict>;
}
/** The outcome of a check. */
export type Checked = PayloadLike | { readonly issues: readonly ContractIssue[] };

type Step = { readonly value: unknown } | { readonly issues: readonly ContractIssue[] };

/** Checks a payload; asynchronous if a schema is. A schema for one value checks the first one. */
export function checkPayload(
  schemas: PayloadSchemas | StandardSchemaV1,
  { args, kwargs }: PayloadLike,
): Checked | PromiseLike<Checked> {
  if (isSchema(schemas)) {
    return then(run(schemas, args[0], 'result'), (made) =>
      'issues' in made
        ? made
        : { args: made.value === undefined && args.length === 0 ? [] : [made.value, ...args.slice(1)], kwargs },
    );
  }
  return then(run(schemas.args, args, 'args'), (list) =>
    then(run(schemas.kwargs, kwargs, 'kwargs'), (dict) => {
      const issues = [list, dict].flatMap((step) => ('issues' in step ? step.issues : []));
      if (issues.length > 0) return { issues };
      return { args: (list as { value: List }).value, kwargs: (dict as { value: Dict }).value };
    }),
  );
}

/** Continues synchronously unless the value is a Promise. */
const then = <T, R>(value: T | PromiseLike<T>, next: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> =>
  isPromise(value) ? value.then(next) : next(value);

function run(schema: StandardSchemaV1 | undefined, value: unknown, name: string): Step | PromiseLike<Step> {
  if (schema === undefined) return { value };
  return then(schema['~standard'].validate(value), (result) =>
    result.issues === undefined
      ? { value: result.value }
      : { issues: result.issues.map((issue) => issueOf(issue, value, name)) },
  );
}

function issueOf({ message, path = [] }: SchemaIssue, value: unknown, root: string): ContractIssue {
  let name = root;
  let at = value;
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment;
    name += typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
    at = isDict(at) || Array.isArray(at) ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return { name, message, received: kindAlone(at) };
}

/** The kind of a value, without the value, which may be a secret. */
const kindAlone = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? `a ${typeof value}` : kindOf(value);
