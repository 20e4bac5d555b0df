import { Type } from 'typebox';
import { defineFact } from '../fact.ts';
import { RecordedSpecSchema } from '../evaluation-spec.ts';

/** Accepted: from here on the evaluation is owed an answer. */
export const submitted = defineFact({
  name: 'submitted',
  means: 'The evaluation was accepted; `at` is when the request arrived, the stream keeps when it was stored.',
  producer: 'submit',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    spec: RecordedSpecSchema,
    specHash: Type.String({
      description: 'sha256 of the whole spec with its env values: tells a repeated request from a different one.',
    }),
    envRef: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Which of the env values kept under its id are its own.' }),
    ),
    via: Type.Enum(['http', 'nats', 'intake']),
    callerTraceparent: Type.Optional(
      Type.String({ description: "The caller's W3C trace context; becomes a span link." }),
    ),
  },
});
