import { ClusterConfigSchema } from '@lacuna/service-kit';

/** The settings of k8s-watch: which cluster to watch. */
export const WatchConfigSchema = ClusterConfigSchema;
