import type { Static, TObject, TSchema } from 'typebox';
import type { UserRecord } from '../access/index.ts';
import type { ErrorCase } from './error-cases.ts';

/** What a caller needs to be allowed to: something of a domain, the one that a path parameter names, or at least one. */
export interface Permission {
  readonly domain: 'CLUSTER' | 'HOST' | 'PACKAGE' | 'TASK';
  readonly action: 'READ' | 'UPDATE';
  /** The path parameter that holds the id; `any` where the answer holds what the caller may see. */
  readonly id: 'any' | { readonly param: string };
}

/** Who may call a route: everybody, whoever has logged in, or whoever is permitted to. */
export type Access = 'public' | 'signed-in' | Permission;

/** One request, checked against its route's schemas. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The value of the header `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
  /** Stands in for nobody on public routes. */
  readonly user: UserRecord;
  readonly traceId: string;
  /** Whether the caller may do this to that one. */
  readonly may: (permission: { domain: Permission['domain']; id: number; action: Permission['action'] }) => boolean;
}

/** An answer's data that is JSON text already, encoded once for all who are sent it. */
export class JsonText {
  readonly bytes: Buffer;

  constructor(json: string | Buffer) {
    this.bytes = typeof json === 'string' ? Buffer.from(json) : json;
  }
}

/** An answer outside of the envelope, as a few documented routes give it. */
export class BareAnswer {
  readonly body: string;
  readonly contentType: string;

  constructor(body: string, contentType: string) {
    this.body = body;
    this.contentType = contentType;
  }
}

interface RouteParts<Params extends TObject, Query extends TObject, Body extends TSchema, Data extends TSchema> {
  readonly method: 'GET' | 'POST';
  /** With parameters as `:name`. */
  readonly url: string;
  readonly access: Access;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The schema of headers that it takes besides those that every request may have. */
  readonly headers?: TObject;
  /** The schema of what stands under `data`; none where the operation has no result. */
  readonly data?: Data;
  /** The schema of an answer outside of the envelope. */
  readonly bare?: { readonly schema: TSchema; readonly contentType: string };
  /** The errors of its own that it answers with, besides those that every route may. */
  readonly errors?: readonly ErrorCase[];
  readonly handle: (
    call: Call<Static<Params>, Static<Query>, Static<Body>>,
  ) => Promise<Static<Data> | JsonText | BareAnswer | undefined>;
}

/** One route of the API, told once: what checks its requests, what documents it, who may call it, what it does. */
export type Route = Omit<RouteParts<TObject, TObject, TSchema, TSchema>, 'handle'> & {
  readonly handle: (call: Call<never, never, never>) => Promise<unknown>;
};

/** Declares a route; the types of its handler follow from its schemas. */
export function route<Params extends TObject, Query extends TObject, Body extends TSchema, Data extends TSchema>(
  parts: RouteParts<Params, Query, Body, Data>,
): Route {
  return parts;
}
