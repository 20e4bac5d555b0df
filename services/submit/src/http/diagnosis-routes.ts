import type { FastifyInstance } from 'fastify';
import { diagnoseEvaluation } from '../diagnosis/diagnose-evaluation.ts';
import { diagnoseEvaluations } from '../diagnosis/diagnose-evaluations.ts';
import { parseListQuery } from '../read-model/list-query.ts';
import { diagnosisSchema, rangeDiagnosisSchema } from './diagnosis-schemas.ts';
import type { HttpContext } from './http-context.ts';
import { queryOf } from './query-of.ts';
import { untilGone } from './stream-reply.ts';
import { sendJson } from './submission-routes.ts';

type ById = { Params: { id: string } };

/** Why one evaluation is as it is, and what the broken ones of many share. */
export function diagnosisRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get<ById>('/v1/evaluations/:id/diagnosis', { schema: diagnosisSchema }, async (request, reply) => {
    queryOf(request, []);
    const signal = untilGone(reply, context.stopping);
    return sendJson(reply, await diagnoseEvaluation(context, request.params.id, signal));
  });
  app.get('/v1/diagnosis', { schema: rangeDiagnosisSchema }, async (request, reply) => {
    const query = parseListQuery(queryOf(request, ['since', 'label', 'name']));
    return sendJson(reply, await diagnoseEvaluations(context, query));
  });
}
