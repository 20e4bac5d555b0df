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
      'weights by which queues share the slots when there are too few, such as ci=3,nightly=0.5; every other queue has 1',
  }),
  stopGrace: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 10_000,
    description: 'how long a command that is stopped has between TERM and KILL',
  }),
  lossless: Type.Boolean({
    default: false,
    description:
      'whether a second copy of the newest bytes of each log is kept, on Kubernetes, unless the evaluation says otherwise',
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
    description: 'an evaluation that waits longer than this for a slot is reported as delayed',
  }),
});
