import type { CaughtUp, FollowOptions, RecordedFact } from '@lacuna/messaging';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { startedStream } from '../started-stream.ts';
import { eventFrames, followFrom, parseLastEventId } from '../event-frames.ts';
import { readEvaluation } from '../read-evaluation.ts';
import { within } from '../within.ts';
import type { HttpContext } from './http-context.ts';
import { queryOf } from './query-of.ts';
import { allEventsSchema, eventsSchema } from './route-schemas.ts';
import { streamReply, untilGone, type StreamOptions } from './stream-reply.ts';

type ById = { Params: { id: string } };

const EVENT_STREAM: Omit<StreamOptions, 'stopping' | 'onCut'> = {
  headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' },
  // Proxies commonly cut a connection that is silent for a minute.
  heartbeat: { everyMs: 15_000, text: ':\n\n' },
};

/** Facts as they come, as server-sent events: those of one evaluation from its first on, or those of all from now on. */
export function eventRoutes(app: FastifyInstance, context: HttpContext): void {
  const { bus, projector, followers, answerWithinMs, stopping, onCut } = context;
  const send = async (reply: FastifyReply, options: FollowOptions, lastEventId: number, restart: () => number) => {
    const signal = untilGone(reply, stopping);
    const follow = (fromSeq: number): AsyncIterable<RecordedFact | CaughtUp> =>
      bus.follow({ ...options, fromSeq }, signal);
    const facts = await within(answerWithinMs, startedStream(followFrom(follow, lastEventId, restart)));
    return streamReply(reply, eventFrames(facts), { ...EVENT_STREAM, stopping, onCut });
  };
  app.get<ById>('/v1/evaluations/:id/events', { schema: eventsSchema }, async (request, reply) => {
    queryOf(request, []);
    const lastEventId = parseLastEventId(request.headers['last-event-id'] as string | undefined) ?? 0;
    followers.admit(reply);
    const evaluation = await readEvaluation(bus, request.params.id, answerWithinMs);
    return send(reply, { evaluation: evaluation.id }, lastEventId, () => 0);
  });
  app.get('/v1/events', { schema: allEventsSchema }, async (request, reply) => {
    queryOf(request, []);
    const now = (): number => projector.lastSeq;
    const lastEventId = parseLastEventId(request.headers['last-event-id'] as string | undefined) ?? now();
    followers.admit(reply);
    return send(reply, {}, lastEventId, now);
  });
}
