import { requestApi } from '@lacuna/servers';
import { eventually, getJson } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, installChart } from './support/installed-chart.ts';
import { tokenOf } from './support/service-account.ts';
import { SERVICES } from './support/service-process.ts';

const EVALUATIONS = 'lacuna-evaluations';

let chart: Awaited<ReturnType<typeof installChart>>;
beforeAll(async () => {
  chart = await installChart();
});
afterAll(() => chart?.[Symbol.asyncDispose]());

/** `reliability.md` §5.2, less what the code does not need. */
const RIGHTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  submit: {},
  dispatch: {
    'batch/jobs': ['create', 'delete', 'get', 'patch'],
    pods: ['delete', 'list', 'patch'],
    configmaps: ['create', 'get'],
  },
  'k8s-watch': { 'batch/jobs': ['list', 'watch'], pods: ['list', 'watch'], events: ['list', 'watch'] },
  'log-collect': { 'pods/log': ['get'] },
  'trace-audit': {},
  provision: {},
  nats: {},
  fsck: { 'batch/jobs': ['list', 'watch'], pods: ['list', 'watch'], events: ['list', 'watch'] },
};

/** What belongs to no namespace. */
const CLUSTER_RIGHTS: typeof RIGHTS = {
  'k8s-watch': { nodes: ['list', 'watch'] },
  'log-collect': { nodes: ['get'], 'nodes/log': ['get'] },
};

test.each(Object.entries(RIGHTS))('%s may do exactly this to evaluations: %j', async (name, rights) => {
  expect(await rightsOf(name, EVALUATIONS)).toEqual({ ...rights, ...CLUSTER_RIGHTS[name] });
});

test.each(Object.keys(RIGHTS))('%s may do nothing in any other namespace', async (name) => {
  for (const namespace of ['lacuna', 'default', 'kube-system'])
    expect(await rightsOf(name, namespace)).toEqual(CLUSTER_RIGHTS[name] ?? {});
});

test.each([
  ['dispatch', 'create', 'pods/exec'],
  ['dispatch', 'deletecollection', 'jobs'],
  ['dispatch', 'get', 'secrets'],
  ['dispatch', 'create', 'pods'],
  ['k8s-watch', 'delete', 'pods'],
  ['k8s-watch', 'get', 'pods/log'],
  ['log-collect', 'list', 'pods'],
  ['log-collect', 'create', 'pods/attach'],
  ['submit', 'list', 'jobs'],
  ['trace-audit', 'list', 'pods'],
])('%s may not %s %s', async (name, verb, resource) => {
  const [plural = '', subresource] = resource.split('/');
  const attributes = { namespace: EVALUATIONS, verb, group: plural === 'jobs' ? 'batch' : '', resource: plural };
  const review = await ask<{ status: { allowed: boolean } }>(name, 'selfsubjectaccessreviews', {
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { ...attributes, ...(subresource && { subresource }) } },
  });
  expect(review.status.allowed).toBe(false);
});

test('every service has a user of its own at NATS and a token of the cluster only where it needs one', async () => {
  for (const name of SERVICES) {
    const { spec } = await getJson<{ spec: { template: { spec: { volumes: { name: string }[] } } } }>(
      chart.controlPlane,
      `/apis/apps/v1/namespaces/lacuna/deployments/lacuna-${name}`,
    );
    const hasToken = spec.template.spec.volumes.some((volume) => volume.name === 'token');
    expect({ name, hasToken }).toEqual({ name, hasToken: Object.keys(RIGHTS[name] ?? {}).length > 0 });
  }
});

test('log-collect that was told to read no files of nodes any more has no right on them', async () => {
  const values = { ...EVERYTHING, 'log-collect': { ...EVERYTHING['log-collect'], nodeFiles: {} } };
  expect(await chart.upgrade(values)).toMatchObject({ code: 0, stderr: '' });
  await eventually(
    'the right is gone',
    async () => (await rightsOf('log-collect', 'default'))['nodes/log'] === undefined,
  );
  expect(await rightsOf('log-collect', EVALUATIONS)).toEqual(RIGHTS['log-collect']);
});

/** What the API server lets a service account do in a namespace, without what it lets everybody do: ask about itself. */
async function rightsOf(name: string, namespace: string): Promise<Record<string, string[]>> {
  const { status } = await ask<{ status: { resourceRules: Rule[] } }>(name, 'selfsubjectrulesreviews', {
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  });
  const rights: Record<string, string[]> = {};
  for (const { apiGroups = [], resources = [], verbs } of status.resourceRules) {
    if (apiGroups.some((group) => ['authorization.k8s.io', 'authentication.k8s.io'].includes(group))) continue;
    for (const group of apiGroups)
      for (const resource of resources) rights[[group, resource].filter(Boolean).join('/')] = [...verbs].sort();
  }
  return rights;
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
}

async function ask<T>(name: string, resource: string, review: object): Promise<T> {
  const token = await tokenOf(chart.controlPlane, { namespace: 'lacuna', name: `lacuna-${name}` });
  const path = `/apis/authorization.k8s.io/v1/${resource}`;
  const body = { apiVersion: 'authorization.k8s.io/v1', ...review };
  const { status, text } = await requestApi({ ...chart.controlPlane, token }, { method: 'POST', path, body });
  if (status !== 201) throw new Error(`${status}: ${text}`);
  return JSON.parse(text) as T;
}
