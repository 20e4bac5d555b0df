import type { V1Container, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { JobRequest } from '@lacuna/cluster';
import { defined } from '@lacuna/contracts';
import { SEAL_VOLUME } from './seal-mount.ts';

/** The sidecar that outlives the main container, and gives out in its own log what the helper there has left for it. */
export const KEEPER_CONTAINER = 'keeper';

/** What one evaluation wants to be kept. */
type Wishes = Pick<JobRequest, 'spoolBytes' | 'reportFile'>;

/** No image has anything there. */
const FOLDER = '/.lacuna-kept';
const VOLUME = 'kept';
const SPOOL = '--spool';
/** What the helper's ring is longer, its header, and the largest report file. Source: infra/seal/zig. */
const MORE_BYTES = { spool: 1024 ** 2, report: 65 * 1024 ** 2 } as const;
/**
 * It sleeps until the main container has ended; measured: 2 MB, and then 0.15 s of a processor for 64 MiB, the sooner the better: what it writes
 * must not be rotated meanwhile. So it has a limit of its own only beside a container that has, where the pod would not be Guaranteed without.
 */
const RESOURCES = {
  free: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  limited: { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
} as const;

/** Whether anything of the container is to outlive it. */
export const wantsKeeper = ({ spoolBytes = 0, reportFile }: Wishes): boolean =>
  spoolBytes > 0 || reportFile !== undefined;

/** Options of the helper that runs the command. */
export function helperOptions(wishes: Wishes, literal: (text: string) => string): string[] {
  if (!wantsKeeper(wishes)) return [];
  const { reportFile } = wishes;
  return [
    '--folder',
    FOLDER,
    ...spoolOption(wishes),
    ...(reportFile === undefined ? [] : ['--report', literal(reportFile)]),
  ];
}

export const keptMount: V1VolumeMount = { name: VOLUME, mountPath: FOLDER };

/** On the node's disk: in memory it would count for the limit of whoever writes it, and bring nearer what it is there for. */
export function keptVolume({ spoolBytes = 0, reportFile }: Wishes): V1Volume {
  const spool = spoolBytes === 0 ? 0 : spoolBytes + MORE_BYTES.spool;
  const sizeLimit = String(spool + (reportFile === undefined ? 0 : MORE_BYTES.report));
  return { name: VOLUME, emptyDir: { sizeLimit } };
}

/** A native sidecar (Kubernetes 1.29), as `main` is: its image is there already, and nothing of it is used. */
export function keeperContainer(wishes: Wishes, seal: string, main: V1Container): V1Container {
  const { image, imagePullPolicy, securityContext, volumeMounts = [] } = main;
  return {
    name: KEEPER_CONTAINER,
    restartPolicy: 'Always',
    command: [seal, ...spoolOption(wishes), '--keep', FOLDER],
    ...defined({ image, imagePullPolicy, securityContext }),
    volumeMounts: volumeMounts.filter(({ name }) => name === VOLUME || name === SEAL_VOLUME),
    resources: structuredClone(main.resources === undefined ? RESOURCES.free : RESOURCES.limited),
  };
}

export const keepsSpool = (command: readonly string[] | undefined): boolean => command?.includes(SPOOL) === true;

function spoolOption({ spoolBytes = 0 }: Wishes): string[] {
  return spoolBytes > 0 ? [SPOOL, String(spoolBytes)] : [];
}
