import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { sendInParts } from './large-answer.ts';
import { nameSchemas } from './named-schemas.ts';
import { pagePolicy } from './secure-headers.ts';

/** Where the API is documented: for programs, and as a page. */
const documentationPaths = Object.freeze({ json: '/openapi.json', page: '/docs' });

const introduction =
  'OCP’s documented API for adding servers to OceanBase clusters, and the tasks that do it. Every answer is wrapped in one ' +
  'envelope; errors carry OCP’s identifiers. A task is what the engine calls a run, a subtask is one of its tasks.';

/** Documents every route that is registered after it, as OpenAPI 3.1 and as a page; both need no login. */
export async function documentApi(app: FastifyInstance, { version }: { readonly version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Precede', description: introduction, version, license: { name: 'MIT', identifier: 'MIT' } },
      components: {
        securitySchemes: {
          basic: { type: 'http', scheme: 'basic' },
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'OCP-ACCESS-KEY-HMACSHA1 <access key>:<signature>, together with the header Date.',
          },
        },
      },
      security: [{ basic: [] }, { signature: [] }],
    },
    transformObject: (documented) => ('openapiObject' in documented ? withNamedSchemas(documented.openapiObject) : {}),
  });
  let document: Buffer | undefined;
  app.get(
    documentationPaths.json,
    { config: { access: 'public' }, schema: { hide: true } },
    async (_request, reply) => {
      // It is large and anybody may ask for it: it is written once, and never copied.
      document ??= Buffer.from(JSON.stringify(app.swagger()));
      return sendInParts(reply.type('application/json; charset=utf-8'), [document]);
    },
  );
  await app.register(async (page) => {
    page.addHook('onRoute', (declared) => {
      declared.config = { ...declared.config, access: 'public' };
    });
    await page.register(swaggerUi, {
      routePrefix: documentationPaths.page,
      staticCSP: pagePolicy,
      uiConfig: { url: documentationPaths.json, deepLinking: true },
    });
  });
}

type Documented = ReturnType<FastifyInstance['swagger']>;

function withNamedSchemas(documented: object): Documented {
  const { paths, components, ...rest } = documented as { readonly paths?: object; readonly components?: object };
  const { document, schemas } = nameSchemas(paths);
  return { ...rest, paths: document, components: { ...components, schemas } } as Documented;
}
