import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** Published before the first byte is removed: whoever asks for the log is told so from then on, and is never shown a part of it. */
export const logRemoved = defineFact({
  name: 'log-removed',
  means: 'The log was removed by retention, from wherever it was; its statement stays.',
  producer: 'log-collect',
  consumers: ['submit', 'log-collect'],
  data: {
    podUid: Type.String(),
    bytes: Type.Integer({ minimum: 1, description: 'Of the log.' }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the log.' }),
    retentionMs: Type.Integer({ minimum: 0, description: 'How long after its closing it was kept.' }),
  },
  qualifier: (data) => [data.podUid],
});
