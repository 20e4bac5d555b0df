import type { FastifyInstance } from 'fastify';
import { diagnoseEvaluation } from '../diagnosis/diagnose-evaluation.ts';
import { diagnoseRun } from '../diagnosis/diagnose-run.ts';
import { diagnoseEvaluations } from '../diagnosis/diagnose-evaluations.ts';
import { invalidQuery, parseListQuery, type ListQuery } from '../read-model/list-query.ts';
import { diagnosisSchema, rangeDiagnosisSchema } from './diagnosis-schemas.ts';
import type { HttpContext } from './http-context.ts';
import { lastOf, queryOf } from './query-of.ts';
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
    const parameters = queryOf(request, ['since', 'label', 'name', 'run']);
    const signal = untilGone(reply, context.stopping);
    const run = lastOf(parameters, 'run');
    if (run === undefined) return sendJson(reply, await diagnoseEvaluations(context, listed(request), signal));
    if (parameters.size > 1)
      throw invalidQuery([{ where: 'run', message: 'names all that is looked at; leave out since, label and name' }]);
    return sendJson(reply, await diagnoseRun(context, run, signal));
  });
}

function listed(request: { readonly url: string }): ListQuery {
  return parseListQuery(queryOf(request, ['since', 'label', 'name']));
}
