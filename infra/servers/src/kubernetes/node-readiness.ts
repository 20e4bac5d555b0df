import { setTimeout as delay } from 'node:timers/promises';
import { requestApi } from './api-request.ts';
import type { ApiAccess } from './api-request.ts';

const WITHIN_MS = 120_000;
const POLL_MS = 100;

interface Node {
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Waits until the node takes pods: it says that it is ready, and no controller keeps pods away because it was not. */
export async function untilNodeReady(access: ApiAccess, name: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const { status, text } = await requestApi(access, { path: `/api/v1/nodes/${name}` });
    if (status === 200 && takesPods(JSON.parse(text) as Node)) return;
    if (performance.now() > deadline) throw new Error(`node ${name} is not ready after ${WITHIN_MS} ms: ${text}`);
    await delay(POLL_MS);
  }
}

const takesPods = ({ spec, status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true &&
  spec?.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')) !== true;
