import { defined, Failure, problemDetails, RETRY_AFTER_MS } from '@lacuna/contracts';
import type { Health } from '@lacuna/service-kit';
import type { FastifyError, FastifyReply } from 'fastify';
import { CHALLENGES } from './tokens.ts';

/** Answers with a problem document (RFC 9457). */
export function sendProblem(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.disposition === 'retry')
    reply.header('retry-after', String(Math.max(1, Math.ceil((failure.retryAfterMs ?? RETRY_AFTER_MS) / 1_000))));
  if (failure.code === 'unauthorized') reply.header('www-authenticate', CHALLENGES);
  return reply
    .code(failure.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(problemDetails(failure)));
}

/** A refusal says too what this process waits for, as `/readyz` does: that is mostly why. */
export function withWhatIsMissing(failure: Failure, { waitingFor }: Health): Failure {
  if (failure.code !== 'overloaded' || waitingFor.length === 0) return failure;
  const { message, problems, retryAfterMs } = failure;
  return new Failure(
    'overloaded',
    `${message}; not ready: ${waitingFor.join('; ')}`,
    defined({ problems, retryAfterMs }),
  );
}

/** What an error on a route with such a limit means to the client. Whatever is no `Failure` and not the client's doing is a bug, of which it learns no more than that. */
export function failureOf(error: unknown, bodyLimit?: number): Failure {
  if (error instanceof Failure) return error;
  const { code, statusCode, message } = (error ?? {}) as Partial<FastifyError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Failure('too-large', `the body has more than ${bodyLimit} bytes`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Failure('unsupported-media-type', 'send the body as content-type: application/json');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Failure('not-found', 'there is no such path');
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new Failure('invalid-header', `the request is malformed: ${message ?? ''}`)
        : new Failure('bug', 'internal error; the log of the service says more', { cause: error });
  }
}
