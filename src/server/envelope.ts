import { Type, type TSchema } from 'typebox';

const facts = {
  duration: Type.Integer({ minimum: 0, description: 'Milliseconds that the request took.' }),
  server: Type.String({ description: 'Name of the answering server.' }),
  status: Type.Integer({ description: 'The HTTP status.' }),
  timestamp: Type.String({ description: 'ISO 8601 with offset.', examples: ['2021-03-02T11:06:34.345+08:00'] }),
  traceId: Type.String({ pattern: '^([0-9a-f]{16})?$', description: 'Also in the log and the run that it caused.' }),
};

const strict = { additionalProperties: false };

/** The schema of a successful answer around its data; without data where there is none. */
export function envelopeOf(data: TSchema | undefined): TSchema {
  return Type.Object({ ...(data ? { data } : {}), ...facts, successful: Type.Literal(true) }, strict);
}

const subError = Type.Object({ code: Type.String(), message: Type.String() }, strict);

const error = Type.Object(
  {
    code: Type.Union([Type.String(), Type.Literal(0)], {
      description: 'An identifier such as TSK10001; the number 0 when too many requests came.',
    }),
    message: Type.String(),
    subErrors: Type.Optional(Type.Array(subError, { description: 'Every problem, when there are several.' })),
  },
  strict,
);

/** The schema of every answer that tells an error. */
export const errorEnvelope = Type.Object(
  { error, ...facts, successful: Type.Literal(false) },
  { ...strict, title: 'Error' },
);
