import { Type, type Static } from 'typebox';
import type { Cluster } from '@lacuna/cluster';

/** The settings of every service that talks to the cluster. */
export const ClusterConfigSchema = Type.Object({
  cluster: Type.Enum(['process'], {
    default: 'process',
    description: 'what runs the evaluations: process = local child processes',
  }),
  clusterDir: Type.String({
    default: '.lacuna/cluster',
    description: 'folder of the embedded cluster; the same for all services',
  }),
  allowFaults: Type.Boolean({
    default: false,
    description: 'whether the label lacuna.fault makes the embedded cluster fail on purpose',
  }),
});
export type ClusterConfig = Static<typeof ClusterConfigSchema>;

/** Opens the configured cluster. The adapter is loaded only here, so that a service does not carry the one that it does not use. */
export async function openCluster({ clusterDir, allowFaults }: ClusterConfig, signal: AbortSignal): Promise<Cluster> {
  const { openProcessCluster } = await import('@lacuna/cluster-process');
  return openProcessCluster({ dir: clusterDir, allowFaults, signal });
}
