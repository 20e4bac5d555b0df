import { viewOf } from '@lacuna/lifecycle';
import type { FastifyInstance } from 'fastify';
import { cancel } from '../cancel.ts';
import { invalidQuery, LIST_PARAMETERS, parseListQuery } from '../read-model/list-query.ts';
import { lifeOf } from '../life-of.ts';
import { readEvaluation } from '../read-evaluation.ts';
import type { HttpContext } from './http-context.ts';
import { lastOf, queryOf } from './query-of.ts';
import { cancelSchema, listSchema, viewSchema } from './route-schemas.ts';
import { sendJson } from './submission-routes.ts';

/** Longest reason of a cancellation, in characters, as its fact has it. */
const LONGEST_REASON = 1_024;

type ById = { Params: { id: string } };

/** The list, one evaluation, and its cancellation. */
export function evaluationRoutes(app: FastifyInstance, context: HttpContext): void {
  const { bus, projector, readModel, linksOf, deadlines, answerWithinMs, now } = context;
  app.get('/v1/evaluations', { schema: listSchema }, (request, reply) => {
    const query = parseListQuery(queryOf(request, LIST_PARAMETERS));
    projector.bringUpToDate();
    return sendJson(reply, readModel.list(query));
  });
  app.get<ById>('/v1/evaluations/:id', { schema: viewSchema }, async (request, reply) => {
    queryOf(request, []);
    const evaluation = await readEvaluation(bus, request.params.id, answerWithinMs);
    const view = viewOf(evaluation, linksOf(evaluation.id), deadlines);
    const life = evaluation.settled === undefined ? { life: await lifeOf(context, evaluation) } : {};
    return sendJson(reply, { ...view, ...life });
  });
  app.delete<ById>('/v1/evaluations/:id', { schema: cancelSchema }, async (request, reply) => {
    const reason = lastOf(queryOf(request, ['reason']), 'reason');
    if (reason !== undefined && reason.length > LONGEST_REASON)
      throw invalidQuery([{ where: 'reason', message: `has at most ${LONGEST_REASON} characters` }]);
    const cancelled = await cancel(bus, { id: request.params.id, reason, at: now() }, answerWithinMs);
    return sendJson(reply.code(202), cancelled);
  });
}
