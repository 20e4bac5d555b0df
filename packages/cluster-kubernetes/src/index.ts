/**
 * Kubernetes as a cluster: one Job with one pod for each attempt of an evaluation, in one namespace. The client library gives the identity
 * (kubeconfig, exec plugins, token rotation); requests, lists, watches and logs are our own, because its informer stops in silence, its
 * connections are not kept, and its log reader ends the process when a connection breaks.
 * It retries no request and concludes no end: outcomes and snapshots say what the API server said, and who calls decides.
 */
export { openKubernetesApi, type KubernetesApi } from './open-kubernetes-api.ts';
export { openKubernetesCluster, type KubernetesClusterOptions } from './open-kubernetes-cluster.ts';
export type { SealHelper } from './seal-helper.ts';
