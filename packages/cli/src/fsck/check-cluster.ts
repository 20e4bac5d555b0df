import type { Cluster, JobSnapshot, PodSnapshot } from '@lacuna/cluster';
import type { EvaluationId } from '@lacuna/contracts';
import { latestAttempt, primaryPod, type Evaluation } from '@lacuna/lifecycle';
import type { Difference } from './difference.ts';

/** A settled Job is removed within seconds; one that stays longer is left behind. Milliseconds. */
const LEFT_BEHIND_MS = 60_000;

/** Jobs and pods that the facts do not know, that lack, or that ended otherwise than the facts say. */
export async function checkCluster(
  cluster: Pick<Cluster, 'observe'>,
  evaluations: ReadonlyMap<EvaluationId, Evaluation>,
  now: number,
  signal: AbortSignal,
): Promise<Difference[]> {
  const { jobs, pods } = await listCluster(cluster, signal);
  const uids = new Set(jobs.map(({ uid }) => uid));
  return [
    ...jobs.flatMap((job) => unlikeJob(job, evaluations.get(job.evaluation), now)),
    ...pods.flatMap((pod) => unlikePod(pod, evaluations.get(pod.evaluation))),
    ...[...evaluations.values()].flatMap((evaluation) => lacking(evaluation, uids)),
  ];
}

interface Listed {
  readonly jobs: readonly JobSnapshot[];
  readonly pods: readonly PodSnapshot[];
}

/** What exists now: the first listing, up to `synced`. */
async function listCluster(cluster: Pick<Cluster, 'observe'>, signal: AbortSignal): Promise<Listed> {
  const jobs = new Map<string, JobSnapshot>();
  const pods = new Map<string, PodSnapshot>();
  const enough = new AbortController();
  for await (const seen of cluster.observe(AbortSignal.any([signal, enough.signal]))) {
    if (seen.kind === 'job') jobs.set(seen.job.uid, seen.job);
    else if (seen.kind === 'pod') pods.set(seen.pod.uid, seen.pod);
    else if (seen.kind === 'synced') break;
  }
  enough.abort();
  signal.throwIfAborted();
  return { jobs: [...jobs.values()], pods: [...pods.values()] };
}

function unlikeJob(job: JobSnapshot, evaluation: Evaluation | undefined, now: number): Difference[] {
  const found = (what: string): Difference[] => [{ store: 'cluster', evaluation: job.evaluation, what }];
  if (evaluation?.submitted === undefined) return found(`Job ${job.name} is of an evaluation that no fact knows`);
  const known = evaluation.attempts[job.attempt]?.job?.data;
  if (known === undefined) return found(`Job ${job.name} is there, and no fact says that it was created`);
  if (known.jobUid !== job.uid) return found(`Job ${job.name} has uid ${job.uid}, by the facts it has ${known.jobUid}`);
  const { settled } = evaluation;
  if (settled !== undefined && now - settled.at > LEFT_BEHIND_MS)
    // In the same words at each look.
    return found(`Job ${job.name} is still there more than a minute after the verdict`);
  return [];
}

function unlikePod({ ended, name, uid, ...pod }: PodSnapshot, evaluation: Evaluation | undefined): Difference[] {
  const found = (what: string): Difference[] => [{ store: 'cluster', evaluation: pod.evaluation, what }];
  const attempt = evaluation?.attempts[pod.attempt];
  if (attempt?.job === undefined) return [];
  const known = attempt.pods[uid];
  if (known === undefined) return found(`pod ${name} is there, and no fact knows it`);
  if (ended === undefined) return [];
  if (known.ended === undefined) return found(`pod ${name} has ended, and no fact says so`);
  const { exitCode } = known.ended.data;
  return ended.exitCode === exitCode
    ? []
    : found(
        `pod ${name} ended with exit code ${ended.exitCode ?? 'unknown'}, by the facts with ${exitCode ?? 'unknown'}`,
      );
}

/** Of an open evaluation the Job must be there, until its end is told. */
function lacking(evaluation: Evaluation, uids: ReadonlySet<string>): Difference[] {
  const attempt = latestAttempt(evaluation);
  const pod = primaryPod(attempt);
  const isOver = attempt.finished !== undefined || pod?.ended !== undefined || pod?.gone !== undefined;
  if (evaluation.settled !== undefined || attempt.job === undefined || isOver || uids.has(attempt.job.data.jobUid))
    return [];
  const what = `Job ${attempt.job.data.job} is not in the cluster, and no fact says that it ended`;
  return [{ store: 'cluster', evaluation: evaluation.id, what }];
}
