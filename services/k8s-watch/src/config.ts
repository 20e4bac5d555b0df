import { Type } from 'typebox';
import { ClusterConfigSchema } from '@lacuna/service-kit';

/** The settings of k8s-watch. */
export const WatchConfigSchema = Type.Object({
  ...ClusterConfigSchema.properties,
  nodeLease: Type.Integer({
    unit: 'ms',
    minimum: 1_000,
    default: 120_000,
    description:
      'the pods of a node that is not ready for this long count as lost; what they did is reported when the node comes back',
  }),
  orphanAfter: Type.Integer({
    unit: 'ms',
    minimum: 1_000,
    // Longer than it takes to find out that a watch is dead (90 s), and found within two minutes.
    default: 100_000,
    description: 'a Job or pod that no open evaluation accounts for is an orphan after this long',
  }),
  removalWithin: Type.Integer({
    unit: 'ms',
    minimum: 1_000,
    default: 1_800_000,
    description:
      'a Job of a settled evaluation whose removal is still to come counts as an orphan only after this long',
  }),
});
