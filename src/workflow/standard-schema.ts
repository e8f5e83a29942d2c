/**
 * The part of the Standard Schema interface (https://standardschema.dev, version 1) that an input schema must have.
 * zod, valibot, arktype and others implement it.
 */
export interface InputSchema<Output = unknown, Input = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** What the schema is as JSON Schema, where its library tells; may throw for what that cannot express. */
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => object } | undefined;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema makes of valid input. */
export type ParsedInput<Schema extends InputSchema> = NonNullable<Schema['~standard']['types']>['output'];

/** What a caller may give to a schema. */
export type RawInput<Schema extends InputSchema> = NonNullable<Schema['~standard']['types']>['input'];
