import { availableParallelism } from 'node:os';
import { Type } from 'typebox';
import { ClusterConfigSchema } from '@lacuna/service-kit';

/** The settings of dispatch. */
export const DispatchConfigSchema = Type.Object({
  ...ClusterConfigSchema.properties,
  capacity: Type.Integer({
    minimum: 1,
    default: Math.max(4, availableParallelism() * 4),
    defaultMeans: 'four a processor',
    description: 'how many Jobs may run at a time',
  }),
  queueWeights: Type.String({
    default: '',
    description:
      'how queues share the slots when they want more than there are, such as ci=3,nightly=0.5; others have 1',
  }),
  createConcurrency: Type.Integer({
    minimum: 1,
    maximum: 256,
    default: 32,
    description: 'how many create requests may be under way at a time; fewer while the cluster struggles',
  }),
  stopGrace: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 10_000,
    description: 'from TERM to KILL when a command is stopped',
  }),
  lossless: Type.Boolean({
    default: false,
    description: 'whether logs are kept beside themselves too, on Kubernetes, unless their evaluation says otherwise',
  }),
  spool: Type.Integer({
    unit: 'bytes',
    minimum: 1,
    maximum: 2 ** 30,
    default: 64 * 2 ** 20,
    description: 'how many of the newest bytes of a log are kept in lossless mode, on the disk of its node',
  }),
  delayNotice: Type.Integer({
    unit: 'ms',
    minimum: 100,
    default: 5_000,
    description: 'waiting longer for a slot is published as a delay',
  }),
});
