import type { Bus } from '@lacuna/messaging';
import type { FastifyInstance } from 'fastify';
import { openLog, type LogRequest, type OpenLog } from '../open-log.ts';
import { invalidQuery } from '../read-model/list-query.ts';
import { readEvaluation } from '../read-evaluation.ts';
import { readUnheld } from '../read-unheld.ts';
import { within } from '../within.ts';
import type { HttpContext } from './http-context.ts';
import { lastOf, queryOf } from './query-of.ts';
import { logSchema } from './route-schemas.ts';
import { streamReply, untilGone } from './stream-reply.ts';

type ById = { Params: { id: string } };

/** `GET /v1/evaluations/{id}/log`: the bytes as the command wrote them. */
export function logRoute(app: FastifyInstance, context: HttpContext): void {
  const { archive, bus, followers, answerWithinMs, stopping, onCut } = context;
  const readLog: Bus['readLog'] = (...log) => readUnheld(bus, ...log);
  app.get<ById>('/v1/evaluations/:id/log', { schema: logSchema }, async (request, reply) => {
    const wanted = parseLogQuery(request);
    followers.admit(reply);
    const evaluation = await readEvaluation(bus, request.params.id, answerWithinMs);
    const signal = untilGone(reply, stopping);
    const log = await within(
      answerWithinMs,
      openLog({ archive, bus: { ...bus, readLog } }, evaluation, wanted, signal),
      archive === undefined ? 'NATS' : `NATS or the log archive ${archive.name}`,
    );
    return streamReply(reply, log.bytes, { stopping, onCut, headers: headersOf(log) });
  });
}

function headersOf({ attempt, state, sha256, length }: OpenLog): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'lacuna-log-state': state,
    'lacuna-attempt': String(attempt),
    ...(length === undefined ? { connection: 'close' } : { 'content-length': String(length) }),
    ...(sha256 === undefined ? {} : { 'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:` }),
  };
}

function parseLogQuery(request: { readonly url: string }): LogRequest {
  const query = queryOf(request, ['follow', 'offset', 'attempt']);
  const follow = lastOf(query, 'follow') ?? '0';
  const offset = lastOf(query, 'offset') ?? '0';
  const attempt = lastOf(query, 'attempt');
  if (!/^(0|1|true|false)?$/.test(follow)) throw invalidQuery([{ where: 'follow', message: 'must be 0 or 1' }]);
  if (!/^\d{1,15}$/.test(offset)) throw invalidQuery([{ where: 'offset', message: 'must be a number of bytes' }]);
  if (attempt !== undefined && !/^[1-9]\d{0,3}$/.test(attempt))
    throw invalidQuery([{ where: 'attempt', message: 'must be the number of an attempt' }]);
  return {
    ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
    follow: follow !== '0' && follow !== 'false',
    offset: Number(offset),
  };
}
