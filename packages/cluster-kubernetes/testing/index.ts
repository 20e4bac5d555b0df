/** For tests of the pipeline: API objects, and what the adapter makes of them. */
export { apiJob, apiPod, at, EVALUATION, main, ms, ran } from '../test/objects.ts';
export type { ApiPod, ObjectMeta } from '../src/api-objects.ts';
export { snapshotOfJob } from '../src/snapshot-of-job.ts';
export { snapshotOfPod } from '../src/snapshot-of-pod.ts';
export { warningOfEvent } from '../src/warning-of-event.ts';
