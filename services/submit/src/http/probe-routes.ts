import { healthAnswer } from '@lacuna/service-kit';
import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './http-context.ts';
import { probeSchemas } from './route-schemas.ts';

/** `/healthz`, `/readyz` and `/metrics`. */
export function probeRoutes(app: FastifyInstance, { health, metrics }: HttpContext): void {
  for (const [path, schema] of Object.entries(probeSchemas)) {
    app.get(path, { schema }, (_, reply) => {
      const answer = healthAnswer(path, health(), metrics);
      return reply
        .code(answer?.status ?? 404)
        .header('content-type', answer?.contentType ?? 'text/plain')
        .header('cache-control', 'no-store')
        .send(answer?.body);
    });
  }
}
