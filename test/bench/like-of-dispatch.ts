import { getJson, type ControlPlane } from '@lacuna/testing';
import type { JobBody } from './raw-jobs.ts';

interface CreatedJob {
  readonly metadata: { readonly annotations: object };
  readonly spec: { readonly selector?: object; readonly template: { readonly spec: object } };
}

/** A Job that dispatch made and that is still there, to be created again under the given labels: without what the API server added and refuses to be given. */
export async function likeOfDispatch(
  controlPlane: ControlPlane,
  labels: JobBody['metadata']['labels'],
): Promise<JobBody> {
  const ours = `labelSelector=${encodeURIComponent('lacuna.dev/evaluation')}`;
  const jobs = `/apis/batch/v1/namespaces/default/jobs?limit=1&${ours}`;
  const { items } = await getJson<{ items: CreatedJob[] }>(controlPlane, jobs);
  const [job] = items;
  if (job === undefined) throw new Error('there is no Job of dispatch to be compared with');
  const { selector: _, template, ...rest } = job.spec;
  const spec = { ...rest, template: { metadata: { labels }, spec: template.spec } };
  return { metadata: { labels, annotations: job.metadata.annotations }, spec };
}
