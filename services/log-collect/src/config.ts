import { Type } from 'typebox';
import { ArchiveConfigSchema, ClusterConfigSchema } from '@lacuna/service-kit';

/** The settings of log-collect. */
export const CollectConfigSchema = Type.Object({
  ...ClusterConfigSchema.properties,
  ...ArchiveConfigSchema.properties,
  captures: Type.Integer({ minimum: 1, default: 1_000, description: 'how many logs are captured at a time' }),
  chunkIdle: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 25,
    description: 'a started chunk is stored this long after its first byte',
  }),
  readAhead: Type.Integer({
    unit: 'bytes',
    minimum: 1,
    default: 4 * 2 ** 20,
    description: 'how far a log is read before the store has taken it, for each log',
  }),
  readAheadAll: Type.Integer({
    unit: 'bytes',
    minimum: 1,
    default: 64 * 2 ** 20,
    description: 'the same for all logs together; when it is used up, each goes on piece by piece',
  }),
  readAtEnd: Type.Integer({
    unit: 'bytes',
    minimum: 1,
    default: 4 * 2 ** 20,
    description:
      'how much is read at a time of logs whose containers have ended, the oldest end first; a longer log is read alone',
  }),
  nodeFiles: Type.Boolean({
    default: false,
    description:
      'whether logs are read out of the files of their nodes, on Kubernetes: cheaper, and with those that were rotated away; takes the right to read all of /var/log there (get on nodes and nodes/log)',
  }),
  kubeletCa: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "path of the authority of the kubelets' certificates, for LACUNA_NODE_FILES; the cluster's own by default",
    }),
  ),
  kubeletAddress: Type.String({
    minLength: 1,
    default: 'InternalIP',
    description: "at which of a node's addresses its kubelet is asked, for LACUNA_NODE_FILES: InternalIP, Hostname …",
  }),
  logBudget: Type.Integer({
    unit: 'bytes',
    minimum: 0,
    default: 2 ** 30,
    description:
      'how much of a log is stored unless its evaluation says otherwise; what is longer is truncated, and said to be',
  }),
  followAfter: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 150,
    description: 'a log is followed when its container has run this long; before that its end is waited for',
  }),
  followBelow: Type.Integer({
    minimum: 1,
    default: 1_000,
    description:
      'while followed logs bring so many pieces a second, which are lines mostly, the next is followed 8 s later, or read when its container has ended',
  }),
  stall: Type.Integer({
    unit: 'ms',
    minimum: 1,
    default: 15_000,
    description: 'a followed log that says nothing for this long is opened anew and compared; ever more rarely',
  }),
  quiet: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 2_000,
    description: 'a followed log that says nothing for this long after the end is not waited for',
  }),
  reread: Type.Optional(
    Type.Integer({
      unit: 'ms',
      minimum: 0,
      description: 'how long a log that is not proven whole is read again; 12s on Kubernetes, else 2s',
    }),
  ),
  archiveAfter: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 600_000,
    description: 'a closed log is moved to the archive, if there is one, this long after its closing',
  }),
  archiveAbove: Type.Optional(
    Type.Integer({
      unit: 'bytes',
      minimum: 0,
      description:
        'while the stream of logs holds more than this, closed logs are moved at once; four fifths of its own limit by default',
    }),
  ),
  logRetention: Type.Optional(
    Type.Integer({
      unit: 'ms',
      minimum: 0,
      description:
        'a closed log is removed, from the stream and the archive, this long after its closing, such as 720h; kept for ever by default',
    }),
  ),
});
