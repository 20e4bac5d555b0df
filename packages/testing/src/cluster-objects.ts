import { requestApi } from '@lacuna/servers';
import type { ApiRequest, ControlPlane } from '@lacuna/servers';

/** As much of an object as is needed to find its place in the API. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Longer than the API server itself works on a request, which is a minute: on a busy machine it may hang that long on its store, or on a quota. */
const ANSWERED_WITHIN_MS = 70_000;

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Makes or changes the object as its manifest says, with the admin's rights; without a namespace it goes to `default`. */
export async function applyManifest(controlPlane: ControlPlane, manifest: Manifest): Promise<void> {
  const path = `${await pathOf(controlPlane, manifest)}?fieldManager=test&force=true`;
  const contentType = 'application/apply-patch+yaml';
  await expectSuccess(controlPlane, { method: 'PATCH', path, body: manifest, contentType });
}

/** The answer to a GET as the admin, parsed: `get<Job>(controlPlane, '/apis/batch/v1/namespaces/default/jobs/one')`. */
export const getJson = async <T>(controlPlane: ControlPlane, path: string): Promise<T> =>
  JSON.parse(await getText(controlPlane, path)) as T;

/** The answer to a GET as the admin, as it is, such as a log. */
export const getText = (controlPlane: ControlPlane, path: string): Promise<string> =>
  expectSuccess(controlPlane, { path });

async function pathOf(controlPlane: ControlPlane, { apiVersion, kind, metadata }: Manifest): Promise<string> {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = await getJson<{ resources: readonly Resource[] }>(controlPlane, base);
  const resource = resources.find((candidate) => candidate.kind === kind && !candidate.name.includes('/'));
  if (resource === undefined) throw new Error(`the cluster has no ${kind} in ${apiVersion}`);
  const place = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${base}${place}/${resource.name}/${metadata.name}`;
}

async function expectSuccess({ admin }: ControlPlane, request: ApiRequest): Promise<string> {
  const { status, text } = await requestApi(admin, { ...request, withinMs: ANSWERED_WITHIN_MS });
  if (status >= 300) throw new Error(`${request.method ?? 'GET'} ${request.path} was answered ${status}: ${text}`);
  return text;
}
