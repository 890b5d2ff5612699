/** The output of a schema, or the issues of the value. */
export type SchemaResult<Output> =
  | {
      /** What the schema made of the value. */
      readonly value: Output;
      /** Never there: what tells an output from issues. */
      readonly issues?: undefined;
    }
  | {
      /** What is wrong with the value. */
      readonly issues: readonly SchemaIssue[];
    };

/** One issue of a value. */
export interface SchemaIssue {
  /** What is wrong, in words of the library. */
  readonly message: string;
  /** The path from the value to the issue. */
  readonly path?:
    | readonly (
        | PropertyKey
        | {
            /** The name or index of this step. */
            readonly key: PropertyKey;
          }
      )[]
    | undefined;
}

/**
 * A schema of any library that implements Standard Schema, version 1 (https://standardschema.dev), such as zod, valibot and
 * arktype. This is the part of it that is needed.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The properties of Standard Schema: the library fills them in. */
  readonly '~standard': {
    /** The version of Standard Schema. */
    readonly version: 1;
    /** The library. */
    readonly vendor: string;
    /** Checks a value: what it becomes, or what is wrong with it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the compiler. */
    readonly types?:
      | {
          /** The type that it takes: what is sent. */
          readonly input: Input;
          /** The type that it makes: what a checking receiver gets. */
          readonly output: Output;
        }
      | undefined;
  };
}

/** The input type of a schema. */
export type InputOf<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['input'];
/** The output type of a schema. */
export type OutputOf<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output'];

/** Whether a value is a schema. Those of some libraries are functions. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as { '~standard'?: { version?: unknown; validate?: unknown } })['~standard'];
  return standard?.version === 1 && typeof standard.validate === 'function';
}
