/** What the shell must do with an error: the only question it asks. */
type Disposition = 'rejected' | 'retry' | 'failed' | 'bug';

/** Every error code that leaves a process, what it means and what the shell does with it. */
export const FAILURES = {
  'invalid-json': {
    disposition: 'rejected',
    status: 400,
    means: 'The body is not JSON (or YAML where a file is read).',
  },
  'invalid-encoding': { disposition: 'rejected', status: 400, means: 'The body is not valid UTF-8.' },
  'invalid-spec': {
    disposition: 'rejected',
    status: 400,
    means: 'The evaluation spec breaks its schema; every problem is listed.',
  },
  'invalid-header': { disposition: 'rejected', status: 400, means: 'A header such as Idempotency-Key is malformed.' },
  'invalid-query': { disposition: 'rejected', status: 400, means: 'A query parameter is malformed or unknown.' },
  'unsupported-media-type': {
    disposition: 'rejected',
    status: 415,
    means: 'The content type is not application/json.',
  },
  'too-large': { disposition: 'rejected', status: 413, means: 'The spec or the batch is over its limit.' },
  'idempotency-conflict': {
    disposition: 'rejected',
    status: 409,
    means: 'The idempotency key was used before with another body.',
  },
  'not-found': { disposition: 'rejected', status: 404, means: 'No such evaluation, or no such route.' },
  'log-removed': {
    disposition: 'rejected',
    status: 410,
    means: 'The log was removed by retention; its statement is still there.',
  },
  'log-damaged': {
    disposition: 'failed',
    status: 500,
    means:
      'The log is not where it should be, or its bytes are not those that were stored; wrong bytes are never shown.',
  },
  unauthorized: { disposition: 'rejected', status: 401, means: 'No valid bearer token.' },
  'method-not-allowed': { disposition: 'rejected', status: 405, means: 'The route does not know this method.' },
  'already-settled': {
    disposition: 'rejected',
    status: 409,
    means: 'The evaluation is settled; there is nothing to cancel.',
  },
  overloaded: {
    disposition: 'retry',
    status: 503,
    means: 'Not now: a stream is full or does not answer, or too many ask. Try again after Retry-After.',
  },
  'invalid-config': {
    disposition: 'rejected',
    status: 500,
    means: 'A setting of a service is missing or malformed; all problems are listed.',
  },
  'stream-drift': { disposition: 'failed', status: 500, means: 'A stream exists with settings that would lose facts.' },
  'server-unsafe': {
    disposition: 'failed',
    status: 500,
    means: 'The NATS server acknowledges before data is on disk.',
  },
  'fact-invalid': { disposition: 'rejected', status: 400, means: 'A message on a fact subject is not a valid fact.' },
  'fact-conflict': { disposition: 'bug', status: 500, means: 'Two different facts claim the same subject.' },
  bug: { disposition: 'bug', status: 500, means: 'An invariant is broken.' },
} as const satisfies Record<
  string,
  { readonly disposition: Disposition; readonly status: number; readonly means: string }
>;

export type FailureCode = keyof typeof FAILURES;

/** One thing wrong with an input: where, and what to do about it. */
export interface Problem {
  /** JSON pointer, header or parameter name. */
  readonly where: string;
  readonly message: string;
}

/** An error with a stable code. The disposition tells the shell what to do; the message tells a person. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly problems: readonly Problem[];
  readonly retryAfterMs: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    details: { problems?: readonly Problem[]; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.problems = details.problems ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  get disposition(): Disposition {
    return FAILURES[this.code].disposition;
  }

  get status(): number {
    return FAILURES[this.code].status;
  }
}

/** RFC 9457 problem details; the one shape of every error over HTTP and NATS. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: FailureCode;
  readonly detail: string;
  readonly problems?: readonly Problem[];
}

/** The problem document of a failure. */
export function problemDetails(failure: Failure): ProblemDetails {
  return {
    type: `https://lacuna.dev/problems/${failure.code}`,
    title: FAILURES[failure.code].means,
    status: failure.status,
    code: failure.code,
    detail: failure.message,
    ...(failure.problems.length > 0 ? { problems: failure.problems } : {}),
  };
}
