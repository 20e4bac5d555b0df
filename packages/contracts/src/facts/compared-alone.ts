import { Type } from 'typebox';
import { EVALUATION_ID_PATTERN } from '../evaluation-id.ts';
import { defineFact } from '../fact.ts';
import { MAX_NAMES } from '../test-report.ts';

/** `differs`: it fails alone too, but otherwise; or it passed together, and fails alone. */
const ALONE_OUTCOMES = ['passes-alone', 'fails-the-same', 'differs'] as const;
export type AloneOutcome = (typeof ALONE_OUTCOMES)[number];

const id = Type.String({ pattern: EVALUATION_ID_PATTERN });
const names = Type.Array(Type.String(), { maxItems: MAX_NAMES });

/** A suite that ran together with others ran again by itself: what differs, and what the others shared with it. One a repetition. */
export const comparedAlone = defineFact({
  name: 'compared-alone',
  means: 'A suite of a run was repeated by itself: whether it fails the same, and what it shared or fought for.',
  producer: 'trace-audit',
  consumers: ['submit', 'trace-audit'],
  data: {
    alone: Type.String({ ...id, description: 'The repetition.' }),
    time: Type.Integer({ minimum: 1, description: 'The how-maniest repetition it is.' }),
    outcome: Type.Enum([...ALONE_OUTCOMES]),
    from: Type.Number({
      description: 'When the repetition was submitted; the fact itself happened when both had a verdict.',
    }),
    failed: Type.Object(
      { both: names, onlyTogether: names, onlyAlone: names },
      { description: 'Names of the tests that failed, as far as the reports name them.' },
    ),
    overlapped: Type.Array(
      Type.Object({
        evaluation: id,
        suite: Type.String(),
        ms: Type.Number({ description: 'For how long both ran.' }),
        node: Type.Optional(Type.String({ description: 'The node that both ran on.' })),
      }),
      { maxItems: 100, description: 'The other suites of the run that ran at the same time.' },
    ),
    fought: Type.Array(Type.String({ maxLength: 512 }), {
      maxItems: MAX_NAMES,
      description:
        'What it lacked together and not alone, in words: quota, throttling, node pressure, ports, files, locks.',
    }),
  },
  qualifier: (data) => [String(data.time)],
});
