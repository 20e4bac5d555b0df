import { Type } from 'typebox';
import { ClusterConfigSchema } from '@lacuna/service-kit';

/** The settings of log-collect. */
export const CollectConfigSchema = Type.Object({
  ...ClusterConfigSchema.properties,
  captures: Type.Integer({ minimum: 1, default: 1_000, description: 'how many logs are captured at a time' }),
  chunkIdle: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 25,
    description: 'a started chunk is stored when nothing more came for this long',
  }),
  quiet: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 2_000,
    description: 'a followed log that says nothing for this long after the end is not waited for',
  }),
  reread: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 2_000,
    description: 'how long to read again when a log is shorter than its seal',
  }),
});
