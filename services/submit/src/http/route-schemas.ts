import { EvaluationSpecSchema, LOG_STATES, PHASES, VERDICTS } from '@lacuna/contracts';
import { BATCH_LIMITS } from '../batch.ts';
import { LIST_LIMITS } from '../read-model/list-query.ts';
import {
  acceptedSchema,
  batchAnswerSchema,
  cancelledSchema,
  evaluationSchema,
  pageSchema,
  runSchema,
} from './answer-schemas.ts';
import { body, byId, headers, json, query, route, type Answer } from './describe-route.ts';
import { count, list, oneOf, text } from './json-schema.ts';

const submission = headers({
  'idempotency-key': text(
    'The same key with the same spec is the same evaluation, for ever. 1 to 255 printable characters of ASCII.',
  ),
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
export const runViewSchema = route(
  'Read the suites of the run that an evaluation is of',
  200,
  json('As they ran together; one that was never submitted has no view.', runSchema),
  byId,
);
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
