import { eventually, getJson, getText, type ControlPlane } from '@lacuna/testing';

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly podIP?: string; readonly containerStatuses?: readonly object[] };
}

/** The pod of a part of the chart. */
export async function podOf(controlPlane: ControlPlane, component: string): Promise<Pod> {
  const path = `/api/v1/namespaces/lacuna/pods?labelSelector=app.kubernetes.io/component=${component}`;
  const { items } = await getJson<{ items: Pod[] }>(controlPlane, path);
  if (items[0] === undefined) throw new Error(`there is no pod of ${component}`);
  return items[0];
}

export const addressOf = (controlPlane: ControlPlane, component: string): Promise<string> =>
  eventually(`address of ${component}`, async () => (await podOf(controlPlane, component)).status.podIP, {
    withinMs: 60_000,
  });

/** A service says so in its log, which is read through the API server and the kubelet. */
export async function saysReady(controlPlane: ControlPlane, name: string): Promise<true> {
  const { metadata, status } = await podOf(controlPlane, name);
  const log = await getText(controlPlane, `/api/v1/namespaces/lacuna/pods/${metadata.name}/log`);
  if (log.includes('"state":"ready"')) return true;
  throw new Error(`${JSON.stringify(status.containerStatuses)} ${log.slice(-2_000)}`);
}
