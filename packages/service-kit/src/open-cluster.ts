import { Type, type Static } from 'typebox';
import { readFile } from 'node:fs/promises';
import type { Cluster } from '@lacuna/cluster';
import type { KubernetesClusterOptions, SealHelper } from '@lacuna/cluster-kubernetes';
import { defined, Failure } from '@lacuna/contracts';

/** The settings of every service that talks to the cluster. */
export const ClusterConfigSchema = Type.Object({
  cluster: Type.Enum(['process', 'kubernetes'], {
    default: 'process',
    description: 'what runs the evaluations: process = local child processes, kubernetes = Jobs',
  }),
  clusterDir: Type.String({
    default: '.lacuna/cluster',
    description: 'folder of the embedded cluster; the same for all services',
  }),
  allowFaults: Type.Boolean({
    default: false,
    description: 'whether the label lacuna.fault makes the embedded cluster fail on purpose',
  }),
  kubeconfig: Type.Optional(
    Type.String({ description: "path of a kubeconfig; else KUBECONFIG, ~/.kube/config or the pod's service account" }),
  ),
  kubeContext: Type.Optional(Type.String({ description: 'a context of the kubeconfig; its current one by default' })),
  kubeNamespace: Type.Optional(Type.String({ description: "where the Jobs are; the context's namespace by default" })),
  imagePullPolicy: Type.Enum(['Always', 'IfNotPresent', 'Never'], {
    default: 'IfNotPresent',
    description: 'for the images of evaluations on Kubernetes',
  }),
  seal: Type.Enum(['configmap', 'image', 'init-container', 'none'], {
    default: 'configmap',
    description:
      'how the helper that seals logs gets into pods: configmap = mounted from one that is made in the namespace; image = mounted from an image (Kubernetes 1.35, containerd 2.1); init-container = copied from an image, a second a pod; none = no log can be proven complete',
  }),
  sealImage: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'the image that has the helper, for LACUNA_SEAL=image and init-container; infra/images makes one',
    }),
  ),
  runtime: Type.Enum(['containerd', 'other'], {
    default: 'containerd',
    description:
      'what writes the logs of pods: containerd takes the carriage return before each newline away, which the helper makes up for',
  }),
  nodeArch: Type.Enum(['amd64', 'arm64'], {
    default: 'amd64',
    description:
      'processor of the nodes that run evaluations: the helper is built for it, and pods go to no other node',
  }),
});
type ClusterConfig = Static<typeof ClusterConfigSchema>;

/**
 * Opens the configured cluster. An adapter is loaded only here, so that a service does not carry the one that it does not use. `nodeFiles`: how logs are
 * read out of the files of Kubernetes' nodes, for who may.
 */
export async function openCluster(
  config: ClusterConfig,
  signal: AbortSignal,
  nodeFiles?: KubernetesClusterOptions['nodeFiles'],
): Promise<Cluster> {
  if (config.cluster === 'kubernetes') return openKubernetes(config, nodeFiles);
  const { openProcessCluster } = await import('@lacuna/cluster-process');
  return openProcessCluster({ dir: config.clusterDir, allowFaults: config.allowFaults, signal });
}

async function openKubernetes(
  config: ClusterConfig,
  nodeFiles: KubernetesClusterOptions['nodeFiles'],
): Promise<Cluster> {
  const { kubeconfig, kubeContext: context, kubeNamespace: namespace, imagePullPolicy } = config;
  const { openKubernetesCluster } = await import('@lacuna/cluster-kubernetes');
  const seal = sealHelperOf(config);
  return openKubernetesCluster({
    pods: { imagePullPolicy, runtime: config.runtime },
    ...defined({ seal, nodeFiles, kubeconfig, context, namespace }),
  });
}

function sealHelperOf({ seal: from, sealImage: image, nodeArch: architecture }: ClusterConfig): SealHelper | undefined {
  if (from === 'none') return undefined;
  if (from === 'configmap') return { from, architecture, program: () => sealProgram(architecture) };
  if (image !== undefined) return { from, architecture, image };
  throw new Failure(
    'invalid-config',
    `LACUNA_SEAL=${from} needs LACUNA_SEAL_IMAGE, the image that has the helper: npm run image -- seal --output seal.tar makes one`,
  );
}

/** Found, or built at the first Job: the services that create none need none. */
async function sealProgram(architecture: ClusterConfig['nodeArch']): Promise<Uint8Array> {
  const { resolveSeal } = await import('@lacuna/seal');
  const seal = await resolveSeal();
  if (seal.kind === 'unavailable') throw new Error(seal.message);
  return readFile(seal.paths[architecture]);
}
