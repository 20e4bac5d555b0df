import { setTimeout as delay } from 'node:timers/promises';
import { requestApi } from './api-request.ts';
import type { ApiAccess } from './api-request.ts';

const WITHIN_MS = 120_000;
const POLL_MS = 100;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
  /** In whole seconds. */
  readonly lastHeartbeatTime: string;
}

interface Node {
  readonly spec?: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** The node as the API server has it; undefined while it has none of that name. */
export async function nodeOf(access: ApiAccess, name: string): Promise<Node | undefined> {
  const { status, text } = await requestApi(access, { path: `/api/v1/nodes/${name}` });
  return status === 200 ? (JSON.parse(text) as Node) : undefined;
}

/** Whether its kubelet has told that it is ready at this time or later. */
export function isReadySince(node: Node | undefined, since: number): boolean {
  const told = node?.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
  return told !== undefined && Date.parse(told.lastHeartbeatTime) >= Math.floor(since / 1_000) * 1_000;
}

/** Waits until the node takes pods: it says that it is ready, and no controller keeps pods away because it was not. */
export async function untilNodeReady(access: ApiAccess, name: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const node = await nodeOf(access, name);
    if (isReadySince(node, 0) && takesPods(node)) return;
    if (performance.now() > deadline)
      throw new Error(`node ${name} is not ready after ${WITHIN_MS} ms: ${JSON.stringify(node)}`);
    await delay(POLL_MS);
  }
}

const takesPods = (node: Node | undefined): boolean =>
  node?.spec?.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')) !== true;
