import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ask } from './raw-http.ts';

/** What /openapi.json says, as far as tests look at it. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
  readonly security: readonly Readonly<Record<string, unknown>>[];
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
  readonly security?: readonly unknown[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface DocumentedAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly examples?: object }>>;
}

/** The part of JSON Schema that the API's requests are told in. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** Reads the document from a server. */
export async function readDocument(port: number): Promise<OpenApiDocument> {
  const answer = await ask({ target: '/openapi.json' }, { port });
  if (answer?.status !== 200) throw new Error(`/openapi.json is answered with ${String(answer?.status)}.`);
  return JSON.parse(answer.body) as OpenApiDocument;
}

/** Tells whether answers are as they are documented. */
export class DocumentedAnswers {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false });
  readonly #made = new Map<string, ValidateFunction>();
  readonly #document: OpenApiDocument;

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#ajv.addSchema(document, 'document');
  }

  /** What is wrong with an answer of an operation; undefined when nothing is. */
  problem(
    { path, method }: { readonly path: string; readonly method: string },
    answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ): string | undefined {
    const documented = this.#document.paths[path]?.[method]?.responses[String(answer.status)];
    if (!documented) return `status ${answer.status} is not documented: ${answer.body.slice(0, 200)}`;
    const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
    if (documented.content?.[type] === undefined) return `${type} is not documented for status ${answer.status}`;
    if (type !== 'application/json') return undefined;
    const place = [path, method, 'responses', String(answer.status), 'content', type, 'schema'];
    return this.#invalid(`#/paths/${place.map(escaped).join('/')}`, answer.body);
  }

  /** What is wrong with an error outside of all operations. */
  errorProblem(body: string): string | undefined {
    return this.#invalid('#/components/schemas/Error', body);
  }

  #invalid(pointer: string, body: string): string | undefined {
    const validate = this.#made.get(pointer) ?? this.#ajv.compile({ $ref: `document${pointer}` });
    this.#made.set(pointer, validate);
    try {
      if (validate(JSON.parse(body))) return undefined;
    } catch (error) {
      return `${String(error)}: ${body.slice(0, 200)}`;
    }
    return `${this.#ajv.errorsText(validate.errors)}: ${body.slice(0, 300)}`;
  }
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
