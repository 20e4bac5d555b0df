import { CONDITIONS, CONFIDENCES, PHASES, VERDICTS } from '@lacuna/contracts';
import { byId, json, query, route } from './describe-route.ts';
import { count, evaluationId, list, object, oneOf, text } from './json-schema.ts';

const cause = object({
  cause: text('Stable name, such as log-cut.'),
  title: text(),
  confidence: { ...oneOf(CONFIDENCES), description: 'certain = some fact proves it by itself.' },
  for: list(text()),
  against: list(text()),
  advice: text('What to do next.'),
});

const diagnosis = object(
  {
    id: evaluationId,
    name: text(),
    phase: oneOf(PHASES),
    condition: oneOf(CONDITIONS),
    headline: text('The answer in one sentence.'),
    causes: list(cause),
  },
  { verdict: oneOf(VERDICTS) },
);

const rangeDiagnosis = object({
  examined: count,
  broken: count,
  open: count,
  unexamined: { ...count, description: 'Too many to be looked at.' },
  headline: text(),
  causes: list(
    object({ cause: text(), title: text(), evaluations: count, examples: list(evaluationId), advice: text() }),
  ),
  shared: list(object({ trait: text(), value: text(), broken: count, others: count, statement: text() })),
});

export const diagnosisSchema = route(
  'Diagnose an evaluation: ranked causes, with the facts for and against each',
  200,
  json('Likeliest cause first; none when nothing is known to be wrong.', diagnosis),
  byId,
);
export const rangeDiagnosisSchema = route(
  'Diagnose many evaluations: their causes, and what the broken ones have in common',
  200,
  json('Most frequent cause first.', rangeDiagnosis),
  query({
    since: { type: 'string', format: 'date-time', description: 'Submitted at or after.' },
    label: { ...list(text('key=value')), description: 'Repeatable; all must be there.' },
    name: text(),
    run: { ...evaluationId, description: 'Instead: the suites of the run that this evaluation is of.' },
  }),
);
