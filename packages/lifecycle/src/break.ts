import type { FactData } from '@lacuna/contracts';
import { podsOf, startOf, type Attempt, type Evaluation, type Pod } from './evaluation.ts';

/** Why a stage that came to its end is not ok. `platform` breaks are findings and raise an alert; the program's own doings are not. */
export interface Break {
  readonly cause: string;
  readonly reason: string;
  readonly platform: boolean;
}

/** A stage's end, as far as it is known. */
export interface StageEnd {
  readonly at: number;
  readonly broken?: Break;
}

/** An end at a time, if the time is known. */
export function endedAt(at: number | undefined, broken?: Break): StageEnd | undefined {
  if (at === undefined) return undefined;
  return broken === undefined ? { at } : { at, broken };
}

const platform = (cause: string, reason: string): Break => ({ cause, reason, platform: true });

/** The end of `job.create`: the Job, or the refusal. A refusal because of a cancellation is nobody's fault. */
export function jobCreateEnd({ job, refused }: Attempt): StageEnd | undefined {
  if (job !== undefined) return endedAt(job.at);
  const { cause, message } = refused?.data ?? { cause: 'cancelled', message: '' };
  return endedAt(refused?.at, cause === 'cancelled' ? undefined : platform(cause, message));
}

/** The end of `pod.create` for a Job that was deleted before it had a pod. */
export function jobGoneEnd({ jobGone }: Attempt): StageEnd | undefined {
  return endedAt(jobGone?.at, platform('deleted', jobGone?.data.message ?? ''));
}

/** The cause of a break that is told whatever else is. */
export const DUPLICATE_START = 'duplicate-start';

/** More than one started pod for one Job: the cluster ran it twice, so no single result can be believed. */
export function duplicateStart(attempt: Attempt): Break | undefined {
  const started = podsOf(attempt).filter((pod) => startOf(pod) !== undefined);
  if (started.length < 2) return undefined;
  const uids = started.map((pod) => pod.uid).sort();
  return platform(DUPLICATE_START, `the cluster started ${started.length} pods for one Job: ${uids.join(', ')}`);
}

/** A pod that left before the stage could end. */
export function goneEnd(pod: Pod): StageEnd | undefined {
  return pod.gone === undefined
    ? undefined
    : endedAt(pod.gone.at, platform(pod.gone.data.cause, pod.gone.data.message));
}

/** Stopped by us, because somebody cancelled it, which is nobody's fault; or by whoever ends containers unasked, such as an agent that is shut down. */
function stopped({ cancel }: Evaluation): Break | undefined {
  return cancel === undefined ? platform('stopped', 'stopped from outside, and nobody had cancelled it') : undefined;
}

/** The cause of a pod that its node refused before anything of it ran. */
export const REFUSED_BY_NODE = 'refused-by-node';
/**
 * Reasons by which a kubelet refuses a pod for what its node has or does at that moment; another node, or the same one later, may take it.
 * Source: pkg/kubelet/lifecycle/predicate.go and pkg/kubelet/nodeshutdown of Kubernetes 1.34.
 */
const NOT_NOW = /^(OutOf.+|NodeShutdown|NodeAffinity|UnexpectedAdmissionError)$/;

/** The cause of a start that its node broke off. */
export const START_INTERRUPTED = 'start-interrupted';

/** Why a container never started: by its node, for which another attempt may find a better one, or by what it is. */
function startBreak(reason: string): string {
  if (NOT_NOW.test(reason)) return REFUSED_BY_NODE;
  return reason === 'StartInterrupted' ? START_INTERRUPTED : 'start-error';
}

/** The end of `container.start`: running, or certain never to run. */
export function containerStartEnd(evaluation: Evaluation, pod: Pod): StageEnd | undefined {
  const started = startOf(pod);
  if (started !== undefined) return endedAt(started);
  const hopeless = pod.ended?.data.containerId === undefined && hopelessEnd(pod);
  if (hopeless) return hopeless;
  if (pod.ended !== undefined) {
    const { reason, message, containerId } = pod.ended.data;
    // It did start: the fact that says when is only not here yet.
    if (containerId !== undefined) return undefined;
    if (reason === 'Stopped') return endedAt(pod.ended.at, stopped(evaluation));
    return endedAt(
      pod.ended.at,
      platform(startBreak(reason), `${reason}: ${message ?? 'the container never started'}`),
    );
  }
  return goneEnd(pod);
}

/** What the cluster says can never start is over by that; that its pod ends when it is removed adds nothing. */
function hopelessEnd({ waiting }: Pod): StageEnd | undefined {
  const hopeless = Object.values(waiting).find(({ data }) => data.permanent);
  return endedAt(
    hopeless?.at,
    hopeless && platform('cannot-start', `${hopeless.data.reason}: ${hopeless.data.message}`),
  );
}

/** Reasons by which a cluster says that it, not the program, ended the container. */
const PLATFORM_ENDS: Readonly<Record<string, string>> = {
  OOMKilled: 'oom-killed',
  Evicted: 'evicted',
  Preempted: 'preempted',
  Deleted: 'deleted',
  Lost: 'lost',
  StartError: 'start-error',
};

/** The end of `container.run`. */
export function containerRunEnd(evaluation: Evaluation, pod: Pod): StageEnd | undefined {
  if (pod.ended === undefined) return goneEnd(pod);
  const { reason, signal, restarts } = pod.ended.data;
  const cause = PLATFORM_ENDS[reason];
  if (cause !== undefined) return endedAt(pod.ended.at, platform(cause, wordsOf(pod.ended.data)));
  if (reason === 'DeadlineExceeded') {
    return endedAt(pod.ended.at, { cause: 'timeout', reason: 'stopped at its time limit', platform: false });
  }
  if (reason === 'Stopped') return endedAt(pod.ended.at, stopped(evaluation));
  if (restarts !== undefined) return endedAt(pod.ended.at, restarted(restarts));
  if (isOutsideSignal(signal)) {
    return endedAt(pod.ended.at, platform('killed', `killed by ${signal}, which Lacuna did not send`));
  }
  return endedAt(pod.ended.at, contradiction(pod.ended.data));
}

/** A command that failed and then passed did not pass, and only the last run has left an exit code, a log and a seal. */
function restarted(restarts: number): Break {
  const times = `${restarts + 1} times in one pod`;
  return platform(
    'restarted',
    `the cluster ran the command ${times}, which Lacuna had not asked for; only the last is known`,
  );
}

/** The seal is a second witness of how the program exited. When it and the cluster disagree, nobody knows (invariant I5). */
function contradiction({ exitCode, signal, seal }: FactData<'container-ended'>): Break | undefined {
  const sealed = seal?.signal ?? seal?.exitCode;
  const told = signal ?? exitCode;
  if (sealed === undefined || told === undefined || sealed === told) return undefined;
  return platform('exit-contradicted', `exit ${told} by the cluster, but ${sealed} by the seal of the program itself`);
}

/**
 * Why the cluster ended it, for people: the message without a seal, which is for machines. When the kernel kills a child for memory, the
 * command may go on: Kubernetes then says `OOMKilled` with the command's own exit code (fault J12).
 */
function wordsOf({ reason, message, exitCode, seal }: FactData<'container-ended'>): string {
  const child = reason === 'OOMKilled' && exitCode !== undefined && exitCode !== 137;
  const what = child
    ? `${reason}: a process of the container was killed; the command itself ended with ${exitCode}`
    : reason;
  const isSeal = seal !== undefined && message?.startsWith('{') === true;
  const words = isSeal || message === undefined ? WORDS[reason] : message;
  return words === undefined ? what : `${what}: ${words}`;
}

/** What a reason means, where the cluster has no words for it. */
const WORDS: Readonly<Record<string, string>> = { Deleted: 'the pod was deleted from outside' };

/** Signals that somebody else sends. A program's own crash arrives as SIGSEGV, SIGABRT and the like, and is its own result. */
function isOutsideSignal(signal: string | undefined): boolean {
  return signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP';
}

/** Anything less than a sealed log: what is lost or unproven, in the statement's own words. */
export function brokenLog(pod: Pod): Break | undefined {
  const statement = pod.logClosed?.data.statement;
  if (statement === undefined || statement.state === 'sealed') return undefined;
  return platform(
    statement.state === 'none' ? 'no-log' : statement.state,
    statement.reason ?? `the log is ${statement.state}`,
  );
}
