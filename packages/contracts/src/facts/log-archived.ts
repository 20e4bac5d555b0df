import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/**
 * Where the log of a pod is since it left the stream, and how it is known again: `index` is the last part of the object and holds the sha256
 * of every frame before it, so that no byte of the object has to be believed.
 */
export const logArchived = defineFact({
  name: 'log-archived',
  means: 'The log is in the archive, read back and found whole; from now on it may be gone from the stream.',
  producer: 'log-collect',
  consumers: ['submit', 'log-collect'],
  data: {
    podUid: Type.String(),
    store: Type.String({ maxLength: 1_024, description: 'Which archive, as its settings name it; no secrets.' }),
    object: Type.String({ maxLength: 512, description: 'Its name there, below the prefix of the archive.' }),
    bytes: Type.Integer({ minimum: 1, description: 'Of the log.' }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the log.' }),
    packedBytes: Type.Integer({ minimum: 1, description: 'Of the object.' }),
    index: Type.Object({
      at: Type.Integer({ minimum: 0, description: 'Its first byte in the object; it goes to the end.' }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  },
  qualifier: (data) => [data.podUid],
});
