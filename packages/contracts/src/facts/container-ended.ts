import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { SealSchema, SpoolSchema } from '../seal.ts';

/** The container ended. The raw evidence is kept: exit code, signal and reason are never folded into one figure. */
export const containerEnded = defineFact({
  name: 'container-ended',
  means: 'The container ended, with exit code, signal, reason, termination message and seal as far as each is known.',
  producer: 'k8s-watch',
  consumers: ['submit', 'dispatch', 'log-collect', 'trace-audit'],
  data: {
    pod: Type.String({ description: 'Name of the pod.' }),
    podUid: Type.String(),
    containerId: Type.Optional(Type.String({ description: 'Absent when the container never started.' })),
    startedAt: Type.Optional(Type.Number()),
    exitCode: Type.Optional(
      Type.Integer({ description: 'Absent when nobody saw the program exit, or a signal ended it.' }),
    ),
    signal: Type.Optional(Type.String({ description: 'Name of the signal that ended it, such as SIGKILL.' })),
    reason: Type.String({
      description:
        "The cluster's word: Completed, Error, OOMKilled, DeadlineExceeded, StartError, StartInterrupted (by its node), Lost …",
    }),
    message: Type.Optional(factText('ending')),
    restarts: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'How often the pod had started its container again, which its Job forbids; absent for the first one.',
      }),
    ),
    seal: Type.Optional(SealSchema),
    spool: Type.Optional(SpoolSchema),
  },
  qualifier: (data) => [data.podUid],
});
