import type { V1Container, V1Job, V1PodSpec } from '@kubernetes/client-node';
import type { JobRequest } from '@lacuna/cluster';
import { defined } from '@lacuna/contracts';
import { helperOptions, keeperContainer, keptMount, keptVolume, wantsKeeper } from './keeper-container.ts';
import { SEAL, sealInitContainers, sealVolume, sealVolumeMount, type SealMount } from './seal-mount.ts';
import { ANNOTATIONS, identityLabels, LABELS, requestAnnotation } from './identity.ts';

/** What one cluster's pods need that no request says. */
export interface PodDefaults {
  /** `Never` when images are put on the nodes by other means than a registry. */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** What writes the logs; containerd when absent. */
  readonly runtime?: 'containerd' | 'other';
}

/** The container whose end and log are the evaluation's; sidecars that others inject never speak for it. */
export const MAIN_CONTAINER = 'main';

/** Neither root nor any user of a usual image. Source: distroless' `nonroot`. */
const USER = 65_532;
/** The API server takes no larger `activeDeadlineSeconds`. */
const MAX_SECONDS = 2 ** 31 - 1;
/** How long a pod may take to start, for its own deadline: far longer than anybody waits for it (`container.start` of the span contract). */
const STARTING_MS = 3_600_000;
/** The helper takes no longer limit. */
const MAX_LIMIT_MS = 2 ** 31 - 1;
/**
 * How long the pod goes on behind the grace of the command, which its helper ends itself: the kubelet's KILL would be the helper's too, and there
 * would be no seal. For the draining of an output on a busy node, and the keeper's 1.5 s (decision 16).
 */
const SEALING_MS = 5_000;

/** What must be refused before the API server is asked, because it would take it and run something else; undefined if nothing. */
export function refusalOf(
  { command, image, reportFile, spoolBytes = 0 }: JobRequest,
  hasHelper: boolean,
): string | undefined {
  if (command.length === 0) return 'the command is empty: the image would run its own';
  if (image === undefined || image === '')
    return 'on Kubernetes an evaluation needs an image: name one as "image" (--image)';
  if (hasHelper) return undefined;
  if (reportFile !== undefined)
    return `without the helper in the pod (LACUNA_SEAL=none) a report file can't be read (${reportFile}): write the results to the log, and name the tool as "report"`;
  if (spoolBytes > 0) return 'without the helper in the pod (LACUNA_SEAL=none) no log can be kept: drop "lossless"';
  return undefined;
}

/**
 * The Job of a request, as a pure function of it: one pod, no replacement, restricted Pod Security, the command under the seal helper. Env values are in the container's
 * `env`, the only place from which the cluster can give them to the command: who may read Jobs or pods of the namespace may read them.
 * The helper keeps the time limit, from the start of the command. The kubelet counts the pod's deadline from its acceptance of the pod, and with it the pulling
 * of the image: so that only ends what no helper ends. It is the pod's own, because a Job's deadline deletes the pod and with it the log. No
 * TTL: what was not removed by us stays observable.
 *
 * Each field of the pod is written eight or nine times in its life, with who owns it, so it has none that nothing needs (`docs/performance.md`): the request
 * is an annotation of the Job alone, and no `fsGroup` gives volumes to a group, as an `emptyDir` is open to every user.
 */
export function jobManifest(request: JobRequest, defaults: PodDefaults, seal?: SealMount): V1Job {
  const labels = identityLabels(request);
  const annotations = { [ANNOTATIONS.request]: requestAnnotation(request) };
  const queue = request.queue === undefined ? {} : { [LABELS.queue]: request.queue };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: request.name, labels: { ...labels, ...queue }, annotations },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      // `Failed` leaves a Job without any end when the node of its deleted pod is away; with no retries nothing is replaced either way.
      podReplacementPolicy: 'TerminatingOrFailed',
      template: { metadata: { labels }, spec: podSpec(request, defaults, seal) },
    },
  };
}

function podSpec(request: JobRequest, defaults: PodDefaults, seal?: SealMount): V1PodSpec {
  const main = mainContainer(request, defaults, seal);
  const keeps = seal !== undefined && wantsKeeper(request);
  const before = [
    ...(seal === undefined ? [] : sealInitContainers(seal, main)),
    ...(keeps ? [keeperContainer(request, SEAL, main)] : []),
  ];
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: seconds(Math.max(request.timeoutMs, 1) + (seal === undefined ? 0 : STARTING_MS)),
    terminationGracePeriodSeconds: seconds(request.graceMs + (seal === undefined ? 0 : SEALING_MS)),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(before.length > 0 && { initContainers: before }),
    containers: [main],
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
      ...(seal === undefined ? [] : [sealVolume(seal, main.imagePullPolicy ?? '')]),
      ...(keeps ? [keptVolume(request)] : []),
    ],
    // On another processor the helper could not run: better a pod that waits, and says for which node.
    ...(seal !== undefined && { nodeSelector: { 'kubernetes.io/arch': seal.architecture } }),
  };
}

function mainContainer(
  request: JobRequest,
  { imagePullPolicy = 'IfNotPresent', runtime = 'containerd' }: PodDefaults,
  seal?: SealMount,
): V1Container {
  return {
    name: MAIN_CONTAINER,
    image: request.image ?? '',
    imagePullPolicy,
    command: [
      ...(seal === undefined
        ? []
        : [SEAL, ...commandOptions(request, runtime), ...helperOptions(request, literal), '--']),
      ...request.command.map(literal),
    ],
    env: Object.entries(containerEnv(request)).map(([name, value]) => ({ name, value: literal(value) })),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...(seal === undefined ? [] : [sealVolumeMount]),
      ...(seal !== undefined && wantsKeeper(request) ? [keptMount] : []),
    ],
    ...defined({ workingDir: request.workdir }),
    ...(request.resources !== undefined && {
      resources: { requests: { ...request.resources }, limits: { ...request.resources } },
    }),
  };
}

/**
 * When the helper ends the command and kills it, and how it passes the output on. Source: `readLine` of containerd's CRI logger, which takes a carriage return
 * before a newline for a part of that.
 */
function commandOptions({ timeoutMs, graceMs, streams }: JobRequest, runtime: PodDefaults['runtime']): string[] {
  return [
    '--limit-ms',
    String(Math.min(Math.ceil(timeoutMs), MAX_LIMIT_MS)),
    '--grace-ms',
    String(Math.ceil(graceMs)),
    ...(streams === 'apart' ? ['--streams', '2'] : []),
    ...(runtime === 'containerd' ? ['--returns', '2'] : []),
  ];
}

/** `/tmp` is the only place that can be written to, so it is the home of a user who has none. */
function containerEnv({ env, traceparent, evaluation }: JobRequest): Record<string, string> {
  return { HOME: '/tmp', ...env, TRACEPARENT: traceparent, LACUNA_EVALUATION: evaluation };
}

/** Kubernetes replaces `$(NAME)` in commands and env values, and makes one `$` of every `$$`: with all of them doubled, the text stays as it is. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function seconds(ms: number): number {
  return Math.min(Math.ceil(ms / 1_000), MAX_SECONDS);
}
