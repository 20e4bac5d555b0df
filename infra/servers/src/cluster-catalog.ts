import { atLeast } from './semantic-version.ts';
import type { ServerSpec } from './server-spec.ts';

const etcd: ServerSpec = {
  binary: 'etcd',
  moduleDir: new URL('../etcd/', import.meta.url),
  goModule: 'go.etcd.io/etcd/server/v3',
  goPackage: 'go.etcd.io/etcd/server/v3',
  pathVariable: 'LACUNA_ETCD',
  versionArguments: ['--version'],
  accepts: (version) => atLeast(version, '3.5.0') && !atLeast(version, '4.0.0'),
  firstBuild: 'about half a minute',
};

const kwok: ServerSpec = {
  binary: 'kwok',
  moduleDir: new URL('../kwok/', import.meta.url),
  goModule: 'sigs.k8s.io/kwok',
  goPackage: 'sigs.k8s.io/kwok/cmd/kwok',
  pathVariable: 'LACUNA_KWOK',
  versionArguments: ['--version'],
  // Its configuration changes with each minor version.
  accepts: (version) => atLeast(version, '0.8.0') && !atLeast(version, '0.9.0'),
  firstBuild: 'about two minutes',
};

const kubernetes = (binary: string, pathVariable: string, firstBuild: string): ServerSpec => ({
  binary,
  moduleDir: new URL('../kubernetes/', import.meta.url),
  goModule: 'k8s.io/kubernetes',
  goPackage: `k8s.io/kubernetes/cmd/${binary}`,
  versionVariable: 'k8s.io/component-base/version.gitVersion',
  pathVariable,
  versionArguments: ['--version'],
  // The parts of one cluster must be of one minor version: a controller may rely on an API that came with it.
  accepts: (version) => atLeast(version, '1.34.0') && !atLeast(version, '1.35.0'),
  firstBuild,
});

const helm: ServerSpec = {
  binary: 'helm',
  moduleDir: new URL('../helm/', import.meta.url),
  goModule: 'helm.sh/helm/v4',
  goPackage: 'helm.sh/helm/v4/cmd/helm',
  versionVariable: 'helm.sh/helm/v4/internal/version.version',
  pathVariable: 'LACUNA_HELM',
  versionArguments: ['version', '--short'],
  accepts: (version) => atLeast(version, '3.18.0') && !atLeast(version, '5.0.0'),
  firstBuild: 'about three minutes',
};

/** Beside the machine's own containerd, which is older. The shim is what copies logs. */
const containerd = (binary: string, pathVariable: string, firstBuild: string): ServerSpec => ({
  binary,
  moduleDir: new URL('../containerd/', import.meta.url),
  goModule: 'github.com/containerd/containerd/v2',
  goPackage: `github.com/containerd/containerd/v2/cmd/${binary}`,
  goTags: ['no_btrfs', 'no_devmapper', 'no_zfs'],
  versionVariable: 'github.com/containerd/containerd/v2/version.Version',
  pathVariable,
  versionArguments: ['--version'],
  accepts: (version) => atLeast(version, '2.4.0') && !atLeast(version, '2.5.0'),
  firstBuild,
});

/** Only tests need it: it makes the network of a real node obey NetworkPolicies. Its `--version` goes to stderr. */
const kubeRouter: ServerSpec = {
  binary: 'kube-router',
  moduleDir: new URL('../kube-router/', import.meta.url),
  goModule: 'github.com/cloudnativelabs/kube-router/v2',
  goPackage: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
  versionVariable: 'github.com/cloudnativelabs/kube-router/v2/pkg/version.Version',
  pathVariable: 'LACUNA_KUBE_ROUTER',
  versionArguments: ['--version'],
  accepts: (version) => atLeast(version, '2.1.0') && !atLeast(version, '3.0.0'),
  firstBuild: 'about a minute',
};

/** What a Kubernetes cluster is made of, and what installs on it. Build times are those in this order: the later ones find most packages compiled. */
export const CLUSTER_SERVERS = {
  etcd,
  'kube-apiserver': kubernetes('kube-apiserver', 'LACUNA_KUBE_APISERVER', 'about four minutes'),
  'kube-controller-manager': kubernetes(
    'kube-controller-manager',
    'LACUNA_KUBE_CONTROLLER_MANAGER',
    'about half a minute',
  ),
  'kube-scheduler': kubernetes('kube-scheduler', 'LACUNA_KUBE_SCHEDULER', 'about half a minute'),
  kwok,
  kubelet: kubernetes('kubelet', 'LACUNA_KUBELET', 'about half a minute'),
  helm,
  containerd: containerd('containerd', 'LACUNA_CONTAINERD', 'about a minute'),
  'containerd-shim': containerd('containerd-shim-runc-v2', 'LACUNA_CONTAINERD_SHIM', 'some seconds'),
  'kube-router': kubeRouter,
} as const;
