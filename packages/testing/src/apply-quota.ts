import { isDeepStrictEqual } from 'node:util';
import type { ControlPlane } from '@lacuna/servers';
import { applyManifest, getJson } from './cluster-objects.ts';
import { eventually } from './eventually.ts';

interface Quota {
  readonly name: string;
  /** `default` unless told. */
  readonly namespace?: string;
  readonly hard: Readonly<Record<string, string>>;
}

/** Makes or changes a quota. Resolves when the cluster counts by it: before that it may let in what the quota will refuse. */
export async function applyQuota(
  controlPlane: ControlPlane,
  { name, namespace = 'default', hard }: Quota,
): Promise<void> {
  await applyManifest(controlPlane, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace },
    spec: { hard },
  });
  const path = `/api/v1/namespaces/${namespace}/resourcequotas/${name}`;
  await eventually(
    `the quota ${name} counts`,
    async () => {
      const { status } = await getJson<{ status?: { hard?: unknown } }>(controlPlane, path);
      if (!isDeepStrictEqual(status?.hard, hard)) throw new Error(JSON.stringify(status));
      return true;
    },
    { withinMs: 60_000 },
  );
}
