import { CATALOG, FAILURES, LogStatementSchema, PHASES, STAGES, TestReportSchema, VERDICTS } from '@lacuna/contracts';
import { count, evaluationId, list, object, oneOf, text, time } from './json-schema.ts';

const links = object({
  self: text(),
  log: text(),
  events: text(),
  trace: text('Where the trace is shown, or its id when that is not known.'),
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

const labels = { type: 'object', additionalProperties: { type: 'string' } };
const common = { id: evaluationId, name: text(), phase: oneOf(PHASES), labels, submittedAt: time };
const verdict = { verdict: oneOf(VERDICTS), reason: text(), settledAt: time, tests: text('Such as `25 of 25`.') };

const run = object({ id: text(), suite: text() }, { alone: { type: 'integer', minimum: 1 } });

export const pageSchema = object(
  { items: list(object({ ...common, findings: count }, { ...verdict, run })) },
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
const repetition = object({ id: evaluationId, phase: oneOf(PHASES) }, { verdict: verdict.verdict });
export const runSchema = object({
  run: text(),
  traceId: acceptedFields.traceId,
  suites: list(object({ suite: text(), repetitions: list(repetition) }, { view: evaluationSchema })),
  links: object({ trace: text('Where the trace of the run is shown, or its id when that is not known.') }),
});
export const cancelledSchema = object({ id: evaluationId, phase: oneOf(PHASES) });
