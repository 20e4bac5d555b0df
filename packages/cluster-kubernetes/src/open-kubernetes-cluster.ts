import { KubeConfig } from './kube-config.ts';
import type { Cluster } from '@lacuna/cluster';
import { Failure } from '@lacuna/contracts';
import type { PodDefaults } from './job-manifest.ts';
import { KubeConnection } from './kube-connection.ts';
import { Kubelets, type KubeletAccess } from './kubelets.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { NodeFiles } from './node-files.ts';
import type { SealHelper } from './seal-helper.ts';
import { TIMINGS, type Timings } from './timings.ts';

export interface KubernetesClusterOptions {
  /** Path of a kubeconfig. Without it, as kubectl finds one: `KUBECONFIG`, `~/.kube/config`, the pod's own service account. */
  readonly kubeconfig?: string;
  /** Another context of the kubeconfig than its current one. */
  readonly context?: string;
  /** Where all Jobs are; the context's namespace by default, else `default`. */
  readonly namespace?: string;
  readonly pods?: PodDefaults;
  /** Runs every command and seals its log; without it nothing can be proven complete. */
  readonly seal?: SealHelper;
  /** Logs are read out of the files of their nodes where those can be had, and through the API server else. */
  readonly nodeFiles?: KubeletAccess & {
    /** Told when those of a node can't be read, and why. */
    readonly onRefused: (node: string, why: string) => void;
  };
  readonly timings?: Partial<Timings>;
}

/**
 * A Kubernetes cluster as a cluster of Lacuna. Reads the kubeconfig and throws when it cannot be used; connects to nothing yet, so a server
 * that is away is told by the first call.
 */
export function openKubernetesCluster(options: KubernetesClusterOptions = {}): Cluster {
  const config = loadConfig(options);
  const timings = { ...TIMINGS, ...options.timings };
  const { namespace } = config.getContextObject(config.getCurrentContext()) ?? {};
  const connection = new KubeConnection(config, timings);
  const parts = { connection, namespace: options.namespace ?? namespace ?? 'default', timings };
  return new KubernetesCluster({
    ...parts,
    pods: options.pods ?? {},
    seal: options.seal,
    nodeFiles: options.nodeFiles && nodeFilesOf(config, parts, options.nodeFiles),
  });
}

function nodeFilesOf(
  config: KubeConfig,
  { connection, namespace, timings }: { connection: KubeConnection; namespace: string; timings: Timings },
  { onRefused, ...access }: NonNullable<KubernetesClusterOptions['nodeFiles']>,
): NodeFiles {
  return new NodeFiles({ kubelets: new Kubelets(config, connection, timings, access), namespace, onRefused });
}

/** Reads a kubeconfig. Throws `Failure('invalid-config')` when it cannot be used. */
export function loadConfig({
  kubeconfig,
  context,
}: Pick<KubernetesClusterOptions, 'kubeconfig' | 'context'>): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const which = kubeconfig === undefined ? 'the kubeconfig' : `the kubeconfig ${kubeconfig}`;
    throw new Failure('invalid-config', `${which} can't be used: ${(cause as Error).message}`, { cause });
  }
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}
