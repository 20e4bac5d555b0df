import { BUSYBOX_IMAGE } from '@lacuna/servers';

/**
 * Ways to run the same command in a pod. `plain` is an evaluation's pod without the helper: restricted, and `/tmp` is mounted because its root can't be
 * written to. `with a token` is what a pod has that says nothing: that of its service account. Of the others each is named by what it has, or has not.
 */
export const VARIANTS = ['plain', 'sealed', 'with a token', 'mounts nothing', 'init container', 'keeper'] as const;
export type Variant = (typeof VARIANTS)[number];

const COMMAND = ['sh', '-c', 'echo hi'];
const TMP = { name: 'tmp', mountPath: '/tmp' };
const CONFIG = { name: 'config', mountPath: '/.lacuna', readOnly: true };
const COPIED = { name: 'copied', mountPath: '/.copied' };
const KEPT = { name: 'kept', mountPath: '/.lacuna-kept' };
const TOKEN = { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true };
const SEAL = '/.lacuna/seal';
const SPOOL = ['--spool', String(64 * 2 ** 20)];

/** The pod; the ConfigMap named `configMap` has the helper as `seal`. */
export function podOf(variant: Variant, name: string, configMap: string): object {
  const { main, before = [], volumes } = partsOf(variant, configMap);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { bench: 'pod-end' } },
    spec: {
      restartPolicy: 'Never',
      serviceAccountName: 'default',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532 },
      initContainers: before.map((container) => ({ ...COMMON, ...container })),
      containers: [{ ...COMMON, name: 'main', command: COMMAND, ...main }],
      volumes: [{ name: 'tmp', emptyDir: {} }, ...volumes],
    },
  };
}

const COMMON = {
  image: BUSYBOX_IMAGE,
  imagePullPolicy: 'Never',
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
};

interface Parts {
  readonly main: object;
  readonly before?: readonly object[];
  readonly volumes: readonly object[];
}

function partsOf(variant: Variant, configMap: string): Parts {
  const config = { name: 'config', configMap: { name: configMap, defaultMode: 0o555 } };
  switch (variant) {
    case 'plain':
      return { main: { volumeMounts: [TMP] }, volumes: [] };
    case 'sealed':
      return { main: { command: [SEAL, '--', ...COMMAND], volumeMounts: [TMP, CONFIG] }, volumes: [config] };
    case 'with a token':
      return { main: { volumeMounts: [TOKEN] }, volumes: [tokenVolume()] };
    case 'mounts nothing':
      return { main: {}, volumes: [] };
    case 'init container':
      return {
        main: { command: ['/.copied/seal', '--', ...COMMAND], volumeMounts: [TMP, COPIED] },
        before: [{ name: 'copy', command: ['cp', SEAL, '/.copied/seal'], volumeMounts: [CONFIG, COPIED] }],
        volumes: [config, { name: 'copied', emptyDir: {} }],
      };
    case 'keeper':
      return keeperParts(config);
  }
}

/** As the API server adds it to a pod that says nothing. */
function tokenVolume(): object {
  const sources = [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3_607 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];
  return { name: 'token', projected: { sources } };
}

function keeperParts(config: object): Parts {
  const keeper = {
    name: 'keeper',
    restartPolicy: 'Always',
    command: [SEAL, ...SPOOL, '--keep', KEPT.mountPath],
    volumeMounts: [CONFIG, KEPT],
  };
  const command = [SEAL, '--folder', KEPT.mountPath, ...SPOOL, '--', ...COMMAND];
  return {
    main: { command, volumeMounts: [TMP, CONFIG, KEPT] },
    before: [keeper],
    volumes: [config, { name: 'kept', emptyDir: {} }],
  };
}
