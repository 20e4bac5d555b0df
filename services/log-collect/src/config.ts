import { Type } from 'typebox';
import { ArchiveConfigSchema, ClusterConfigSchema } from '@lacuna/service-kit';

/** The settings of log-collect. */
export const CollectConfigSchema = Type.Object({
  ...ClusterConfigSchema.properties,
  ...ArchiveConfigSchema.properties,
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
      'whether logs are read from the files on their nodes, on Kubernetes: cheaper, and includes rotated files; needs the right to read all of /var/log there (get on nodes and nodes/log)',
  }),
  kubeletCa: Type.Optional(
    Type.String({
      minLength: 1,
      description: "path of the CA of the kubelets' certificates, for LACUNA_NODE_FILES; the cluster's own by default",
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
      'how much of a log is stored unless its evaluation says otherwise; a longer log is truncated, which its statement says',
  }),
  followAfter: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 1_000,
    description: 'a log is followed once its container has run this long; one that ends sooner is read at its end',
  }),
  followBelow: Type.Integer({
    minimum: 1,
    default: 1_000,
    description:
      'while followed logs bring this many pieces (mostly lines) a second or more, the next log is followed 8 s later, or read when its container has ended',
  }),
  quiet: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 2_000,
    description: 'a followed log that is silent for this long after the end of its container is not waited for',
  }),
  reread: Type.Optional(
    Type.Integer({
      unit: 'ms',
      minimum: 0,
      description: 'how long a log that is not proven complete is read again and again; 12s on Kubernetes, else 2s',
    }),
  ),
  archiveAfter: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 600_000,
    description: 'a closed log is moved to the archive, if there is one, this long after it was closed',
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
        'a closed log is removed, from the stream and the archive, this long after it was closed, such as 720h; kept for ever by default',
    }),
  ),
});
