import {
  CATALOG,
  EvaluationSpecSchema,
  FAILURES,
  LOG_STATES,
  LogStatementSchema,
  PHASES,
  STAGES,
  TestReportSchema,
  VERDICTS,
} from '@lacuna/contracts';
import { BATCH_LIMITS } from '../batch.ts';
import { LIST_LIMITS } from '../read-model/list-query.ts';

/** JSON Schema of an object all of whose fields are named; `optional` ones may be absent. */
export function object(fields: Record<string, object>, optional: Record<string, object> = {}): object {
  return {
    type: 'object',
    properties: { ...fields, ...optional },
    required: Object.keys(fields),
    additionalProperties: false,
  };
}

export const text = (description?: string): object => ({
  type: 'string',
  ...(description === undefined ? {} : { description }),
});
export const list = (items: object): object => ({ type: 'array', items });
export const oneOf = (values: readonly string[]): object => ({ type: 'string', enum: [...values] });
const time = { type: 'number', description: 'Unix time in milliseconds, with a fraction.' };
export const count = { type: 'integer', minimum: 0 };
export const evaluationId = { type: 'string', pattern: '^ev-[0-9a-hjkmnp-tv-z]{26}$' };
const labels = { type: 'object', additionalProperties: { type: 'string' } };

const links = object({
  self: text(),
  log: text(),
  events: text(),
  trace: text('The trace in Jaeger, or its id when no Jaeger is known.'),
});
const acceptedFields = {
  id: evaluationId,
  traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  phase: oneOf(PHASES),
  links,
};
const problems = list(object({ where: text('JSON pointer, header or parameter.'), message: text() }));

/** A problem document, as every error is one. */
export const problemSchema = object(
  { type: text(), title: text(), status: { type: 'integer' }, code: oneOf(Object.keys(FAILURES)), detail: text() },
  { problems },
);
export const acceptedSchema = object(acceptedFields);
export const batchAnswerSchema = object({
  items: list({ anyOf: [object({ status: { const: 202 }, ...acceptedFields }), problemSchema] }),
});

const common = { id: evaluationId, name: text(), phase: oneOf(PHASES), labels, submittedAt: time };
const verdict = { verdict: oneOf(VERDICTS), reason: text(), settledAt: time, tests: text('Such as `25 of 25`.') };

export const pageSchema = object(
  { items: list(object({ ...common, findings: count }, verdict)) },
  { next: text('The `cursor` of the next page; absent on the last.') },
);

const stage = object(
  {
    stage: oneOf(STAGES),
    service: text(),
    outcome: oneOf(['ok', 'failed', 'late', 'missing', 'open', 'not-owed']),
  },
  {
    from: time,
    to: time,
    deadline: time,
    graceMs: { type: 'number', description: 'How long after its deadline it is still waited for. Milliseconds.' },
    reason: text(),
  },
);
const attempt = object(
  { attempt: { type: 'integer', minimum: 1 }, stages: list(stage), podUids: list(text()) },
  {
    job: text(),
    warning: text('What of the spec the cluster does not do, in its own words.'),
    log: LogStatementSchema,
    logKept: object(
      { where: oneOf(['archive', 'nowhere']), since: time },
      { store: text('Which archive; absent when the log was removed by retention.') },
    ),
    report: TestReportSchema,
  },
);
const alone = object({
  verdict: oneOf(['passes-alone', 'fails-the-same', 'flaky']),
  comparisons: list(CATALOG['compared-alone'].schema),
});
const life = object(
  {},
  {
    queue: object({ waiting: count, ahead: count, running: count }),
    logBytes: { ...count, description: 'Bytes of its log that are stored by now.' },
  },
);
const finding = object({ stage: oneOf(STAGES), cause: text(), reason: text(), raisedAt: time }, { clearedAt: time });

export const evaluationSchema = object(
  {
    ...common,
    traceId: acceptedFields.traceId,
    spec: CATALOG.submitted.schema.properties.spec,
    attempts: list(attempt),
    findings: list(finding),
    links,
  },
  { ...verdict, evidence: CATALOG.settled.schema.properties.evidence, alone, life },
);
export const cancelledSchema = object({ id: evaluationId, phase: oneOf(PHASES) });

interface Answer {
  readonly description: string;
  readonly type: string;
  readonly schema: object;
}

export const json = (description: string, schema: object): Answer => ({
  description,
  type: 'application/json',
  schema,
});

/** The schema of a route as the framework and the API description want it: its own answer, and problem documents for the rest. */
export function route(
  summary: string,
  status: number,
  { description, type, schema }: Answer,
  request: object = {},
): object {
  const problem = {
    description: 'A problem document.',
    content: { 'application/problem+json': { schema: problemSchema } },
  };
  return {
    summary,
    ...request,
    response: { [status]: { description, content: { [type]: { schema } } }, '4xx': problem, '5xx': problem },
  };
}

export const byId = { params: { type: 'object', properties: { id: evaluationId }, required: ['id'] } };
export const query = (properties: Record<string, object>): object => ({ querystring: { type: 'object', properties } });
const headers = (properties: Record<string, object>): object => ({ headers: { type: 'object', properties } });
const body = (schema: object): object => ({ body: { content: { 'application/json': { schema } } } });

const submission = headers({
  'idempotency-key': text('The same key with the same spec is the same evaluation, for ever. 1 to 255 characters.'),
  traceparent: text("The caller's W3C trace context; becomes a span link."),
});
const resumable = headers({ 'last-event-id': text('Goes on behind this event; 0 = from the first one there is.') });
const events: Answer = {
  description: 'Server-sent events: name = type of the fact, id = its place in the stream, data = the fact as JSON.',
  type: 'text/event-stream',
  schema: text(),
};

export const submitSchema = route('Submit an evaluation', 202, json('Accepted, and durably stored.', acceptedSchema), {
  ...submission,
  ...body(EvaluationSpecSchema),
});
export const batchSchema = route(
  'Submit many evaluations; each is accepted or refused by itself',
  200,
  json('One result an item, in order.', batchAnswerSchema),
  { ...submission, ...body({ type: 'array', items: EvaluationSpecSchema, minItems: 1, maxItems: BATCH_LIMITS.items }) },
);
export const listSchema = route(
  'List evaluations, newest first',
  200,
  json('One page.', pageSchema),
  query({
    phase: oneOf(PHASES),
    verdict: oneOf(VERDICTS),
    label: { ...list(text('key=value')), description: 'Repeatable; all must be there.' },
    name: text(),
    since: { type: 'string', format: 'date-time', description: 'Submitted at or after.' },
    limit: { type: 'integer', minimum: 1, maximum: LIST_LIMITS.longestPage, default: LIST_LIMITS.page },
    cursor: text('`next` of the page before.'),
  }),
);
export const viewSchema = route('Read an evaluation', 200, json('As the stream has it now.', evaluationSchema), byId);
export const cancelSchema = route('Cancel an evaluation', 202, json('The wish is recorded.', cancelledSchema), {
  ...byId,
  ...query({ reason: { type: 'string', maxLength: 1_024, description: 'For people.' } }),
});
export const logSchema = route(
  'Read the log of an evaluation',
  200,
  {
    description: `The bytes as the command of the latest attempt wrote them; \`Lacuna-Attempt\` is its number. \`Lacuna-Log-State\` is open, ${LOG_STATES.join(', ')}; \`Repr-Digest\` when it is closed and read from its first byte. A log that retention has removed is answered with 410.`,
    type: 'text/plain',
    schema: { type: 'string', format: 'binary' },
  },
  {
    ...byId,
    ...query({
      follow: { type: 'string', enum: ['0', '1'], description: 'Go on until the log is closed.' },
      offset: { ...count, description: 'First byte wanted.' },
      attempt: {
        ...count,
        description: 'Whose bytes the offset counts; of a later attempt the answer begins at its first byte.',
      },
    }),
  },
);
export const eventsSchema = route('Follow the facts of an evaluation', 200, events, { ...byId, ...resumable });
export const allEventsSchema = route('Follow the facts of all evaluations, from now on', 200, events, resumable);

const probe = (summary: string, type: string): object =>
  route(summary, 200, { description: summary, type, schema: type === 'text/plain' ? text() : { type: 'object' } });

export const probeSchemas = {
  '/healthz': probe('Whether a restart would not help', 'application/json'),
  '/readyz': probe('Whether work is taken, and what it waits for', 'application/json'),
  '/metrics': probe('Metrics in the Prometheus text format', 'text/plain'),
} as const;
