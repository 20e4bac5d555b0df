import { requestApi } from '@lacuna/servers';
import { apply, eventually, get, startTestControlPlane, type ControlPlane } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHART, helm, objectOf, renderChart, type ChartObject, type HelmRun } from './support/helm.ts';
import { SERVICES } from './support/service-process.ts';
import { tokenOf } from './support/service-account.ts';

const RELEASE = ['lacuna', CHART, '--namespace', 'lacuna'];
const EVALUATIONS = 'lacuna-evaluations';
const RESTRICTED = Object.fromEntries(
  ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
);

/** All that can be switched on. */
const EVERYTHING = {
  nats: { replicas: 3 },
  submit: { autoscaling: { enabled: true } },
  'log-collect': { autoscaling: { enabled: true }, nodeFiles: { enabled: true, caConfigMap: 'kubelet-ca' } },
  evaluations: { allowedImages: ['localhost/'] },
  otlpUrl: 'http://jaeger.tracing:4318',
};

describe('values', () => {
  test('the chart is clean', async () => {
    const { code, stdout } = await helm(['lint', CHART, '--strict']);
    expect(stdout).toMatch(/1 chart\(s\) linted, 0 chart\(s\) failed/);
    expect(code).toBe(0);
  });

  test.each([
    [{ dispatch: { replicsa: 3 } }, /at '\/dispatch': additional properties 'replicsa' not allowed/],
    [{ nats: { replicas: 2 } }, /at '\/nats\/replicas': value must be one of 1, 3, 5/],
    [{ otlpUrl: 'jaeger:4318' }, /at '\/otlpUrl': 'jaeger:4318' does not match pattern/],
    [{ evaluations: { namespace: 'Not_A_Name' } }, /at '\/evaluations\/namespace': 'Not_A_Name' does not match/],
    [{ nats: { externalUrl: 'nats://user:secret@nats:4222' } }, /at '\/nats\/externalUrl': .*does not match pattern/],
    [{ nats: { externalUrl: 'nats://nats:4222' } }, /at '\/nats\/usersSecret': minLength/],
    [{ nats: { auth: 'none' } }, /at '\/nats\/auth': value must be 'password'/],
    [{ env: { PASSWORD: 'x' } }, /at '\/env': additional properties 'PASSWORD' not allowed/],
    [{ archive: { url: 's3://logs' } }, /at '\/archive\/secretName': minLength/],
    [{ archive: { url: '/logs', secretName: 'x' } }, /at '\/archive\/url': '\/logs' does not match pattern/],
    [{ archive: { url: 's3://logs', secretName: 'x', claim: 'y' } }, /at '\/archive\/claim': value must be ''/],
    [{ archive: { claim: 'Logs_1' } }, /at '\/archive\/claim': 'Logs_1' does not match pattern/],
    [{ evaluations: { seal: { from: 'image' } } }, /at '\/evaluations\/seal\/image': minLength/],
    [{ logRetention: '30d' }, /at '\/logRetention'/],
    [
      { 'log-collect': { nodeFiles: { address: 'Fax' } } },
      /at '\/log-collect\/nodeFiles\/address': value must be one of/,
    ],
  ])('%j is refused in words that say where and what', async (values, words) => {
    await expect(renderChart(values)).rejects.toThrow(words);
  });

  test('a NATS of others needs no server of ours, and its users come from a Secret', async () => {
    const objects = await renderChart({
      nats: { externalUrl: 'tls://nats.example:4443', usersSecret: 'mine', auth: 'nkey' },
    });
    expect(objects.filter(({ kind }) => kind === 'StatefulSet')).toEqual([]);
    expect(JSON.stringify(objectOf(objects, 'Deployment', 'lacuna-dispatch'))).toContain(
      '{"name":"LACUNA_NATS_NKEY_SEED","valueFrom":{"secretKeyRef":{"name":"mine","key":"dispatch"}}}',
    );
    expect(JSON.stringify(objectOf(objects, 'NetworkPolicy', 'lacuna-dispatch'))).toContain('[{"port":4443}]');
  });
});

test.each(['image', 'init-container'])(
  'the helper that comes by an %s needs no ConfigMap, and is let in',
  async (from) => {
    const seal = { from, image: 'registry.example/seal:1' };
    const objects = await renderChart({ evaluations: { seal, allowedImages: ['mine/'] } });
    expect(JSON.stringify(objectOf(objects, 'Role', 'lacuna-dispatch'))).not.toContain('configmaps');
    const dispatch = JSON.stringify(objectOf(objects, 'Deployment', 'lacuna-dispatch'));
    expect(dispatch).toContain(
      `{"name":"LACUNA_SEAL","value":"${from}"},{"name":"LACUNA_SEAL_IMAGE","value":"${seal.image}"}`,
    );
    const policy = JSON.stringify(objects.find(({ kind }) => kind === 'ValidatingAdmissionPolicy'));
    expect(policy).toContain(`container.image == \\"${seal.image}\\" || [\\"mine/\\"]`);
    expect(policy.includes('volume.image.reference')).toBe(from === 'image');
  },
);

test('alert rules and the dashboard are there when they are asked for, and not otherwise', async () => {
  const kinds = (objects: readonly { kind: string }[]): string[] => objects.map(({ kind }) => kind);
  expect(kinds(await renderChart())).not.toContain('PrometheusRule');
  const objects = await renderChart({ monitoring: { alertRules: true, dashboard: true } });
  const rules = objectOf(objects, 'PrometheusRule', 'lacuna-monitoring');
  expect(rules).toMatchObject({ spec: { groups: [{ name: 'lacuna' }] } });
  const { data } = objectOf(objects, 'ConfigMap', 'lacuna-monitoring') as unknown as { data: Record<string, string> };
  expect(JSON.parse(data['lacuna.json'] ?? '')).toMatchObject({ title: 'Lacuna' });
});

test('an archive of logs is known to the two services that need it, its key comes from a Secret, and they may go there', async () => {
  const archive = { url: 's3://logs/lacuna', endpoint: 'http://minio.storage:9000', secretName: 'archive-key' };
  const objects = await renderChart({ archive, logRetention: '720h' });
  for (const name of ['submit', 'log-collect']) {
    const deployment = JSON.stringify(objectOf(objects, 'Deployment', `lacuna-${name}`));
    expect(deployment).toContain('{"name":"LACUNA_ARCHIVE","value":"s3://logs/lacuna"}');
    expect(deployment).toContain(
      '{"name":"LACUNA_ARCHIVE_SECRET_ACCESS_KEY","valueFrom":{"secretKeyRef":{"name":"archive-key","key":"secretAccessKey"}}}',
    );
    expect(JSON.stringify(objectOf(objects, 'NetworkPolicy', `lacuna-${name}`))).toContain('[{"port":9000}]');
  }
  expect(JSON.stringify(objectOf(objects, 'Deployment', 'lacuna-log-collect'))).toContain(
    '{"name":"LACUNA_LOG_RETENTION","value":"720h"}',
  );
  for (const name of ['dispatch', 'k8s-watch', 'trace-audit'])
    expect(JSON.stringify(objectOf(objects, 'Deployment', `lacuna-${name}`))).not.toContain('LACUNA_ARCHIVE');
});

test('log-collect reads the files of nodes when it is told to; otherwise it may not, and knows nothing of them', async () => {
  const logCollect = (objects: readonly ChartObject[]) =>
    ['ClusterRole', 'ClusterRoleBinding', 'Deployment', 'NetworkPolicy'].map((kind) =>
      JSON.stringify(objects.filter((object) => object.kind === kind && object.metadata.name.endsWith('-log-collect'))),
    );
  const [role, binding, deployment, policy] = logCollect(await renderChart());
  expect([role, binding]).toEqual(['[]', '[]']);
  expect(deployment).not.toMatch(/LACUNA_NODE_FILES|KUBELET/);
  expect(policy).not.toContain('10250');

  const nodeFiles = { enabled: true, address: 'Hostname', caConfigMap: 'kubelet-ca' };
  const [allowed, bound, told] = logCollect(await renderChart({ 'log-collect': { nodeFiles } }));
  expect(allowed).toContain('"rules":[{"apiGroups":[""],"resources":["nodes","nodes/log"],"verbs":["get"]}]');
  expect(bound).toContain('"subjects":[{"kind":"ServiceAccount","name":"lacuna-log-collect","namespace":"lacuna"}]');
  for (const setting of [
    '{"name":"LACUNA_NODE_FILES","value":"true"}',
    '{"name":"LACUNA_KUBELET_ADDRESS","value":"Hostname"}',
    '{"name":"LACUNA_KUBELET_CA","value":"/etc/lacuna/kubelet/ca.crt"}',
    '{"name":"kubelet-ca","mountPath":"/etc/lacuna/kubelet","readOnly":true}',
    '"configMap":{"name":"kubelet-ca",',
  ])
    expect(told).toContain(setting);
  const [, , plain] = logCollect(await renderChart({ 'log-collect': { nodeFiles: { enabled: true } } }));
  expect(plain).not.toContain('LACUNA_KUBELET_CA');
});

describe('on a real API server', () => {
  let controlPlane: ControlPlane;
  let installed: HelmRun;
  beforeAll(async () => {
    controlPlane = await startTestControlPlane();
    await apply(controlPlane, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'lacuna', labels: RESTRICTED },
    });
    installed = await helm(['install', ...RELEASE, ...kubeconfig()], EVERYTHING);
  });
  afterAll(() => controlPlane[Symbol.asyncDispose]());

  const kubeconfig = () => ['--kubeconfig', controlPlane.kubeconfig];
  const passwords = () =>
    get<{ data: Record<string, string> }>(controlPlane, '/api/v1/namespaces/lacuna/secrets/lacuna-nats-users');

  test('it is installed and upgraded without an error and without a warning', async () => {
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    const { data: before } = await passwords();
    const again = await helm(['upgrade', ...RELEASE, ...kubeconfig()], EVERYTHING);
    expect(again).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Lacuna 0.1.0 is installed') });
    expect((await passwords()).data, 'an upgrade keeps the passwords').toEqual(before);
  });

  test('with the helper from an image it can be installed as well', async () => {
    const seal = { from: 'image', image: 'localhost/seal:1' };
    const values = { ...EVERYTHING, evaluations: { ...EVERYTHING.evaluations, seal } };
    const tried = await helm(['upgrade', ...RELEASE, ...kubeconfig(), '--dry-run=server'], values);
    expect(tried).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('volume.image.reference') });
  });

  test('a Secret of users that lacks one is refused before its servers would not start', async () => {
    const data = Object.fromEntries(Object.keys((await passwords()).data).map((user) => [user, 'cA==']));
    delete data['fsck'];
    await apply(controlPlane, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'mine', namespace: 'lacuna' },
      data,
    });
    const values = { ...EVERYTHING, nats: { ...EVERYTHING.nats, usersSecret: 'mine' } };
    const tried = await helm(['upgrade', ...RELEASE, ...kubeconfig(), '--dry-run=server'], values);
    expect(tried.stderr).toContain('the Secret mine (nats.usersSecret) has no password for fsck');
    expect(tried.code).toBe(1);
  });

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

  test('a Job that no service of ours would make is refused, in words', async () => {
    const token = await tokenOf(controlPlane, { namespace: 'lacuna', name: 'lacuna-dispatch' });
    const pod = {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'localhost/busybox:1', command: ['true'] }],
    };
    const create = async (spec: object, labels: object = { 'lacuna.dev/evaluation': 'ev-1' }): Promise<string> => {
      const body = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { generateName: 'try-', labels },
        spec: { template: { spec: { ...pod, ...spec } } },
      };
      const path = `/apis/batch/v1/namespaces/${EVALUATIONS}/jobs?dryRun=All`;
      const { status, text } = await requestApi({ ...controlPlane, token }, { method: 'POST', path, body });
      return status === 201 ? 'created' : (JSON.parse(text) as { message: string }).message;
    };
    // The API server and a controller have just been told of the policy and of the quota, and a busy machine takes its time.
    const becomes = (what: string, told: () => Promise<string>, words: RegExp): Promise<true> =>
      eventually(what, async () => (expect(await told()).toMatch(words), true as const), { withinMs: 60_000 });
    await becomes('the quota is counted', () => create({}), /^created$/);
    await becomes('the policy is in force', () => create({}, {}), /has no label lacuna.dev\/evaluation/);
    expect(await create({ automountServiceAccountToken: true })).toMatch(/gets no token/);
    expect(await create({ serviceAccountName: 'lacuna-dispatch' })).toMatch(/no service account of its own/);
    expect(await create({ volumes: [{ name: 'x', secret: { secretName: 'x' } }] })).toMatch(
      /emptyDir and configMap only/,
    );
    expect(await create({ containers: [{ ...pod.containers[0], image: 'evil.example/x' }] })).toMatch(
      /begins with one of: localhost\//,
    );
    const stolen = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } }];
    expect(await create({ containers: [{ ...pod.containers[0], env: stolen }] })).toMatch(
      /takes no environment variable/,
    );
  });

  test('every service has a user of its own at NATS and a token of the cluster only where it needs one', async () => {
    for (const name of SERVICES) {
      const { spec } = await get<{ spec: { template: { spec: { volumes: { name: string }[] } } } }>(
        controlPlane,
        `/apis/apps/v1/namespaces/lacuna/deployments/lacuna-${name}`,
      );
      const hasToken = spec.template.spec.volumes.some((volume) => volume.name === 'token');
      expect({ name, hasToken }).toEqual({ name, hasToken: Object.keys(RIGHTS[name] ?? {}).length > 0 });
    }
  });

  test('log-collect that was told to read no files of nodes any more has no right on them', async () => {
    const values = { ...EVERYTHING, 'log-collect': { ...EVERYTHING['log-collect'], nodeFiles: {} } };
    expect(await helm(['upgrade', ...RELEASE, ...kubeconfig()], values)).toMatchObject({ code: 0, stderr: '' });
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
    const token = await tokenOf(controlPlane, { namespace: 'lacuna', name: `lacuna-${name}` });
    const path = `/apis/authorization.k8s.io/v1/${resource}`;
    const body = { apiVersion: 'authorization.k8s.io/v1', ...review };
    const { status, text } = await requestApi({ ...controlPlane, token }, { method: 'POST', path, body });
    if (status !== 201) throw new Error(`${status}: ${text}`);
    return JSON.parse(text) as T;
  }
});
