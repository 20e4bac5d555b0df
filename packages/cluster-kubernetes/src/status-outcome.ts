import type { EnsureOutcome, JobRequest } from '@lacuna/cluster';
import { createdAt } from './api-objects.ts';
import { messageOf, objectOf, statusOf, type ApiResponse } from './api-response.ts';
import { isSameRequest } from './identity.ts';
import { quotaRefusal } from './quota-refusal.ts';

/** What the answer to a create means. `look`: whether the Job exists is not known, so the same name must be read back. */
export type CreateOutcome = EnsureOutcome | { readonly kind: 'look'; readonly because: string };

/** When quota is used up nothing says when it is free again; a pod that ends frees it, and they end every few seconds. */
const QUOTA_RETRY_MS = 5_000;
/** Of a 429 that does not say. Source: what the API server's own 429 say. */
const THROTTLE_MS = 1_000;

/**
 * | status | meaning |
 * |---|---|
 * | 2xx with an object | created |
 * | 2xx without, 408, 409, 5xx | look: something has the name, or nobody knows |
 * | 429 | throttled |
 * | 403 naming the object, for quota | quota: Kubernetes has no code for it, only words |
 * | 403 naming the object | denied: admission refused this Job |
 * | 403 without details | denied: a webhook's own answer, which has nothing but words |
 * | 401, 403, 404, 3xx, 1xx | unavailable: it is we who are refused, or the namespace is missing or terminating; another Job would fare no better |
 * | other 4xx | denied: invalid, or too large |
 */
export function outcomeOfCreate(response: ApiResponse): CreateOutcome {
  const { status } = response;
  const message = messageOf(response);
  if (status >= 200 && status < 300) return createdBy(response, message);
  if (status === 408 || status === 409 || status >= 500) return { kind: 'look', because: message };
  if (status === 429) return { kind: 'throttled', message, retryAfterMs: response.retryAfterMs ?? THROTTLE_MS };
  if (status === 403 && isAboutThisJob(response)) return refusedByAdmission(message);
  if (status < 400 || status === 401 || status === 403 || status === 404) return { kind: 'unavailable', message };
  return { kind: 'denied', message };
}

/** What reading the name back says, after a create that left it open. */
export function outcomeOfLook(response: ApiResponse, request: JobRequest, because: string): EnsureOutcome {
  const { status } = response;
  if (status === 429) {
    return { kind: 'throttled', message: messageOf(response), retryAfterMs: response.retryAfterMs ?? THROTTLE_MS };
  }
  const found = status === 200 ? objectOf(response) : undefined;
  if (found?.metadata === undefined) {
    const look = status === 404 ? 'there is no such Job yet' : messageOf(response);
    return { kind: 'unavailable', message: `${because}; read back: ${look}` };
  }
  const { uid = '', deletionTimestamp } = found.metadata;
  if (!isSameRequest(found.metadata, request)) {
    return { kind: 'collision', message: `another Job has the name ${request.name}: uid ${uid}` };
  }
  if (deletionTimestamp !== undefined) {
    return { kind: 'unavailable', message: `the Job ${request.name} is being deleted` };
  }
  return { kind: 'adopted', uid, at: createdAt(found) };
}

function createdBy(response: ApiResponse, message: string): CreateOutcome {
  const job = objectOf(response);
  if (job?.metadata?.uid === undefined) return { kind: 'look', because: `${message}, and no Job in the answer` };
  return { kind: 'created', uid: job.metadata.uid, at: createdAt(job) };
}

/**
 * Whether a 403 is about what is in the Job and not about us. The API server's own refusals for want of rights name a kind and no object;
 * a webhook's denial has no details at all; a namespace that is being terminated takes no Job whatever is in it.
 */
function isAboutThisJob(response: ApiResponse): boolean {
  const { kind, details } = statusOf(response);
  if (details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) return false;
  return details === undefined ? kind === 'Status' : details.name !== undefined;
}

function refusedByAdmission(message: string): EnsureOutcome {
  return quotaRefusal(message) !== undefined
    ? { kind: 'quota', message, retryAfterMs: QUOTA_RETRY_MS }
    : { kind: 'denied', message };
}
