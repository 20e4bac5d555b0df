import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const DESCRIPTION = `Runs evaluations and proves what happened to each of them.
Every error is a problem document (RFC 9457) with a stable \`code\`.`;

/** Nothing from elsewhere; the library brings styles of its own inline. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/** `/openapi.json` and `/docs`, made from the schemas of the routes that are added afterwards. */
export async function apiDocs(
  app: FastifyInstance,
  { version, secured }: { version: string; secured: boolean },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lacuna', version, description: DESCRIPTION },
      ...(secured
        ? { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }, security: [{ token: [] }] }
        : {}),
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY, uiConfig: { validatorUrl: null } });
  app.get('/openapi.json', { schema: { hide: true } }, (_, reply) => reply.send(app.swagger()));
}
