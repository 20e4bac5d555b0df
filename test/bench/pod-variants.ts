import { BUSYBOX_IMAGE } from '@lacuna/servers';

/** Ways to run the same command in a pod, restricted as an evaluation's. */
export const VARIANTS = ['plain', 'sealed', 'init container', 'keeper'] as const;
export type Variant = (typeof VARIANTS)[number];

const COMMAND = ['sh', '-c', 'echo hi'];
const CONFIG = { name: 'config', mountPath: '/.lacuna', readOnly: true };
const COPIED = { name: 'copied', mountPath: '/.copied' };
const KEPT = { name: 'kept', mountPath: '/.lacuna-kept' };
const SEAL = '/.lacuna/seal';
const SPOOL = ['--spool', String(64 * 2 ** 20)];

/** The pod; the ConfigMap named `configMap` has the helper as `seal`. */
export function podOf(variant: Variant, name: string, configMap: string, command = COMMAND): object {
  const { main, before = [], volumes } = partsOf(variant, configMap, command);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { bench: 'pod-end' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532 },
      initContainers: before.map((container) => ({ ...COMMON, ...container })),
      containers: [{ ...COMMON, name: 'main', ...main }],
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

function partsOf(variant: Variant, configMap: string, command: readonly string[]): Parts {
  const config = { name: 'config', configMap: { name: configMap, defaultMode: 0o555 } };
  switch (variant) {
    case 'plain':
      return { main: { command }, volumes: [] };
    case 'sealed':
      return { main: { command: [SEAL, '--', ...command], volumeMounts: [CONFIG] }, volumes: [config] };
    case 'init container':
      return {
        main: { command: ['/.copied/seal', '--', ...command], volumeMounts: [COPIED] },
        before: [{ name: 'copy', command: ['cp', SEAL, '/.copied/seal'], volumeMounts: [CONFIG, COPIED] }],
        volumes: [config, { name: 'copied', emptyDir: {} }],
      };
    case 'keeper':
      return {
        main: {
          command: [SEAL, '--folder', KEPT.mountPath, ...SPOOL, '--', ...command],
          volumeMounts: [CONFIG, KEPT],
        },
        before: [
          {
            name: 'keeper',
            restartPolicy: 'Always',
            command: [SEAL, ...SPOOL, '--keep', KEPT.mountPath],
            volumeMounts: [CONFIG, KEPT],
          },
        ],
        volumes: [config, { name: 'kept', emptyDir: {} }],
      };
  }
}
