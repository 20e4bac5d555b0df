import { parseSpecBytes } from '@lacuna/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Submission } from '../accept.ts';
import { acceptBatch, BATCH_LIMITS, parseBatch } from '../batch.ts';
import { assertIdempotencyKey } from '../idempotency-key.ts';
import type { HttpContext } from './http-context.ts';
import { batchSchema, submitSchema } from './route-schemas.ts';

const NO_BODY = new Uint8Array();

/** `POST /v1/evaluations` and `POST /v1/evaluations/batch`. */
export function submissionRoutes(app: FastifyInstance, { acceptor }: HttpContext): void {
  app.post('/v1/evaluations', { schema: submitSchema }, async (request, reply) => {
    const body = bodyOf(request);
    const accepted = await acceptor.accept({ ...aboutOf(request), via: 'http', parse: () => parseSpecBytes(body) });
    return sendJson(reply.code(202).header('location', accepted.links.self), accepted);
  });
  app.post('/v1/evaluations/batch', { schema: batchSchema, bodyLimit: BATCH_LIMITS.bytes }, async (request, reply) => {
    const items = await acceptBatch(acceptor, parseBatch(bodyOf(request)), aboutOf(request));
    return sendJson(reply, { items });
  });
}

/** JSON that needs no serializer of the framework's. */
export function sendJson(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Undefined when there was none, not even an empty one. */
function bodyOf({ body }: FastifyRequest): Uint8Array {
  return (body as Buffer | undefined) ?? NO_BODY;
}

function aboutOf({ headers, arrivedAt }: FastifyRequest): Pick<Submission, 'arrivedAt' | 'key' | 'traceparent'> {
  const key = headers['idempotency-key'] as string | undefined;
  if (key !== undefined) assertIdempotencyKey(key, 'Idempotency-Key');
  return { arrivedAt, key, traceparent: headers['traceparent'] as string | undefined };
}
