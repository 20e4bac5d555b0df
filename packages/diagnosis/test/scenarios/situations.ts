import type { LogStatement, ReaderState } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';

/** Evaluations in situations that several causes share. */
const asks = (service: ReaderState['service'], asking = true): ReaderState => ({
  service,
  asking,
  pending: 0,
  unanswered: 0,
});
export const ALL_READ = (['dispatch', 'log-collect', 'trace-audit', 'submit'] as const).map((service) => asks(service));
export const without = (service: ReaderState['service']): ReaderState[] => [
  ...ALL_READ.filter((reader) => reader.service !== service),
  { ...asks(service, false), pending: 7 },
];
export const queued = (): Story => new Story().submitted();
export const created = (): Story => queued().after(10).jobCreated();
export const withPod = (): Story => created().after(20).podCreated();
export const onNode = (): Story => withPod().podScheduled();
export const failed = (exitCode = 1): Story =>
  new Story().running().after(1_000).ended({ exitCode, reason: 'Error' }).logClosed().reportRead();
export const warned = (story: Story, reason: string, message: string, object: 'job' | 'pod' = 'job'): Story =>
  story.tell('cluster-warned', { object, uid: object === 'job' ? 'job-1' : 'pod-1', reason, message });
export const delayed = (cause: 'capacity' | 'client' | 'quota' | 'throttled' | 'unavailable', detail: string): Story =>
  queued()
    .after(20)
    .tell('dispatch-delayed', { cause, detail, ...(cause === 'capacity' ? {} : { slotAt: Story.T0 + 15 }) });
export const late = (delaysMs: Record<string, number>): Story =>
  queued()
    .after(20_000)
    .tell('job-created', { job: 'j', jobUid: 'job-1', slotAt: Story.T0 + 5, adopted: false, requests: 9, delaysMs })
    .after(20)
    .podCreated()
    .podScheduled()
    .started()
    .after(1_000)
    .ended()
    .logClosed()
    .reportRead();
export const waiting = (reason: string, message: string, permanent = false): Story =>
  onNode().tell('container-waiting', { podUid: 'pod-1', reason, message, permanent }).after(1_000);
export const gone = (cause: 'deleted' | 'evicted' | 'preempted' | 'node-lost', message: string): Story =>
  new Story()
    .running()
    .after(1_000)
    .tell('pod-gone', { podUid: 'pod-1', cause, message })
    .logClosed({ state: 'unsealed', reason: 'no seal came with the end of the container' })
    .reportRead();
export const CUT: Partial<LogStatement> = {
  state: 'truncated',
  bytes: 60,
  sealedBytes: 100,
  lost: { from: 60, to: 100 },
  reason: 'log cut after byte 60: 40 of 100 bytes lost; dropped by the runtime: every re-read ends at the same byte',
  tried: ['read again after 2 s'],
};
export const overlap = { evaluations: 3, broken: 1 };
