import { defined, runTraceIdOf, type EvaluationView, type RunView } from '@lacuna/contracts';
import { phaseOf, viewOf, type Evaluation } from '@lacuna/lifecycle';
import type { FastifyInstance } from 'fastify';
import { cancel } from '../cancel.ts';
import { invalidQuery, LIST_PARAMETERS, parseListQuery } from '../read-model/list-query.ts';
import { lifeOf } from '../life-of.ts';
import { readEvaluation } from '../read-evaluation.ts';
import { readRepetitions, readRun } from '../read-run.ts';
import type { HttpContext } from './http-context.ts';
import { lastOf, queryOf } from './query-of.ts';
import { cancelSchema, listSchema, runViewSchema, viewSchema } from './route-schemas.ts';
import { sendJson } from './submission-routes.ts';

/** Longest reason of a cancellation, in characters, as its fact has it. */
const LONGEST_REASON = 1_024;

type ById = { Params: { id: string } };

/** The list, one evaluation, the run that it is of, and its cancellation. */
export function evaluationRoutes(app: FastifyInstance, context: HttpContext): void {
  const { bus, projector, readModel, answerWithinMs, now } = context;
  app.get('/v1/evaluations', { schema: listSchema }, (request, reply) => {
    const query = parseListQuery(queryOf(request, LIST_PARAMETERS));
    projector.bringUpToDate();
    return sendJson(reply, readModel.list(query));
  });
  app.get<ById>('/v1/evaluations/:id', { schema: viewSchema }, async (request, reply) => {
    queryOf(request, []);
    return sendJson(reply, await shown(context, await readEvaluation(bus, request.params.id, answerWithinMs)));
  });
  app.get<ById>('/v1/evaluations/:id/run', { schema: runViewSchema }, async (request, reply) => {
    queryOf(request, []);
    return sendJson(reply, await runView(context, request.params.id));
  });
  app.delete<ById>('/v1/evaluations/:id', { schema: cancelSchema }, async (request, reply) => {
    const reason = lastOf(queryOf(request, ['reason']), 'reason');
    if (reason !== undefined && reason.length > LONGEST_REASON)
      throw invalidQuery([{ where: 'reason', message: `has at most ${LONGEST_REASON} characters` }]);
    const cancelled = await cancel(bus, { id: request.params.id, reason, at: now() }, answerWithinMs);
    return sendJson(reply.code(202), cancelled);
  });
}

/** Undefined for one that was never accepted. */
async function shown(context: HttpContext, evaluation: Evaluation): Promise<EvaluationView | undefined> {
  const view = viewOf(evaluation, context.linksOf(evaluation.id), context.deadlines);
  if (view === undefined || evaluation.settled !== undefined) return view;
  return { ...view, life: await lifeOf(context, evaluation) };
}

function repetitionOf(evaluation: Evaluation): RunView['suites'][number]['repetitions'][number] {
  const { id, settled } = evaluation;
  return { id, phase: phaseOf(evaluation), ...defined({ verdict: settled?.data.verdict }) };
}

async function runView(context: HttpContext, of: string): Promise<RunView> {
  const { id, suites } = await readRun(context.bus, of, context.answerWithinMs);
  const read = suites.map(async ({ suite, evaluation }) => {
    const [view, repetitions] = await Promise.all([
      shown(context, evaluation),
      readRepetitions(context.bus, { id, suite }, context.answerWithinMs),
    ]);
    return { suite, ...defined({ view }), repetitions: repetitions.map(repetitionOf) };
  });
  const traceId = runTraceIdOf(id);
  return { run: id, traceId, suites: await Promise.all(read), links: { trace: context.traceLink(traceId) } };
}
