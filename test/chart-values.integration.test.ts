import { describe, expect, test } from 'vitest';
import { CHART, helm, objectOf, renderChart, type ChartObject } from './support/helm.ts';

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
    [
      { dispatch: { env: { LACUNA_CAPACTIY: 3 } } },
      /at '\/dispatch\/env': additional properties 'LACUNA_CAPACTIY' not allowed/,
    ],
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
