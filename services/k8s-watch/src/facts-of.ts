import { cutFor, defined, fact, type Fact, type KnownBy } from '@lacuna/contracts';
import type { Identity, JobSnapshot, PodSnapshot, WarningEvent } from '@lacuna/cluster';
import { observedTime } from './observed-time.ts';

/** What a pod snapshot says, as facts. A snapshot is a level: every fact it supports is told each time, and the stream keeps the first. */
export function factsOfPod(pod: PodSnapshot, known: KnownBy, seenAt: number): Fact[] {
  const { evaluation, attempt, uid: podUid, gone } = pod;
  const about: About = (at) => ({ evaluation, attempt, ...observedTime(at, seenAt, known), seenAt, known });
  const facts: Fact[] = [
    fact('pod-created', about(pod.createdAt), { pod: pod.name, podUid, jobUid: pod.jobUid }),
    ...factsOfScheduling(pod, about),
    ...factsOfContainer(pod, about),
  ];
  if (gone !== undefined)
    facts.push(
      fact('pod-gone', about(gone.at), { podUid, cause: gone.cause, message: cutFor('message', gone.message) }),
    );
  return facts;
}

/** Whose fact it is and when it happened, from the time that the cluster gives. */
type About = (at: number) => Parameters<typeof fact>[1];

function* factsOfScheduling({ uid: podUid, scheduled, unschedulable }: PodSnapshot, about: About): Generator<Fact> {
  if (scheduled !== undefined) yield fact('pod-scheduled', about(scheduled.at), { podUid, node: scheduled.node });
  if (unschedulable === undefined) return;
  const message = cutFor('message', unschedulable.message);
  yield fact('pod-unschedulable', about(unschedulable.at), { podUid, message });
}

function* factsOfContainer(pod: PodSnapshot, about: About): Generator<Fact> {
  const { name, uid: podUid, waiting, started, ended } = pod;
  if (waiting !== undefined) {
    const [reason, message] = [cutFor('code', waiting.reason), cutFor('message', waiting.message)];
    yield fact('container-waiting', about(waiting.at), { podUid, reason, message, permanent: waiting.permanent });
  }
  if (started !== undefined) {
    const { containerId, image } = started;
    const what = { pod: name, podUid, containerId, ...defined({ image }) };
    yield fact('container-started', about(started.at), what);
  }
  if (ended !== undefined) {
    const { at, message, ...end } = ended;
    const said = defined({ message: message && cutFor('ending', message) });
    yield fact('container-ended', about(at), { pod: name, podUid, ...end, ...said });
  }
}

/** What a Job snapshot says: only its terminal condition. Its creation is dispatch's fact, its `active` count proves nothing. */
export function factsOfJob(job: JobSnapshot, known: KnownBy, seenAt: number): Fact[] {
  if (job.finished === undefined) return [];
  const { succeeded, reason, message, at } = job.finished;
  const { evaluation, attempt } = job;
  const about = { evaluation, attempt, ...observedTime(at, seenAt, known), seenAt, known };
  return [
    fact('job-finished', about, {
      jobUid: job.uid,
      succeeded,
      reason,
      ...defined({ message: message && cutFor('message', message) }),
    }),
  ];
}

/** A warning event as a fact: the explanation of an absence. */
export function factOfWarning(warning: WarningEvent, known: KnownBy, seenAt: number): Fact {
  const { evaluation, attempt, at, object, uid, reason, message, quota } = warning;
  return fact(
    'cluster-warned',
    { evaluation, attempt, ...observedTime(at, seenAt, known), seenAt, known },
    {
      object,
      uid,
      reason: cutFor('code', reason),
      message: cutFor('message', message),
      ...defined({ quota }),
    },
  );
}

/** A pod that was there and is not, and nobody saw how it ended. Says exactly that, and nothing about the program (fault W8). */
export function factOfVanishedPod(podUid: string, { evaluation, attempt }: Identity, at: number): Fact {
  const message = 'the pod vanished while nobody watched; its final state is unknown';
  return fact('pod-gone', { evaluation, attempt, at, known: 'inferred' }, { podUid, cause: 'unknown', message });
}

/** A Job that was there and is not, and nobody saw it end. */
export function factOfVanishedJob(jobUid: string, { evaluation, attempt }: Identity, at: number): Fact {
  const message = 'the Job was deleted from outside before it ended, or has lost our labels';
  return fact('job-gone', { evaluation, attempt, at, known: 'inferred' }, { jobUid, message });
}

/** A pod of a node that has been silent for too long. If the node comes back, the truth is told behind this and counts (fault J9). */
export function factOfLostNode(podUid: string, { evaluation, attempt }: Identity, message: string, at: number): Fact {
  return fact('pod-gone', { evaluation, attempt, at, known: 'inferred' }, { podUid, cause: 'node-lost', message });
}
