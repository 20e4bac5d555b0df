import { requestApi } from '@lacuna/servers';
import { applyManifest, eventually, getJson } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, installChart } from './support/installed-chart.ts';
import { tokenOf } from './support/service-account.ts';

let chart: Awaited<ReturnType<typeof installChart>>;
beforeAll(async () => {
  chart = await installChart();
});
afterAll(() => chart?.[Symbol.asyncDispose]());

const passwords = () =>
  getJson<{ data: Record<string, string> }>(chart.controlPlane, '/api/v1/namespaces/lacuna/secrets/lacuna-nats-users');

test('it is installed and upgraded without an error and without a warning', async () => {
  expect(chart.installed).toMatchObject({ code: 0, stderr: '' });
  const { data: before } = await passwords();
  const again = await chart.upgrade(EVERYTHING);
  expect(again).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Lacuna 0.1.0 is installed') });
  expect((await passwords()).data, 'an upgrade keeps the passwords').toEqual(before);
});

test('with the helper from an image it can be installed as well', async () => {
  const seal = { from: 'image', image: 'localhost/seal:1' };
  const values = { ...EVERYTHING, evaluations: { ...EVERYTHING.evaluations, seal } };
  const tried = await chart.upgrade(values, '--dry-run=server');
  expect(tried).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('volume.image.reference') });
});

test('a Secret of users that lacks one is refused before its servers would not start', async () => {
  const data = Object.fromEntries(Object.keys((await passwords()).data).map((user) => [user, 'cA==']));
  delete data['fsck'];
  await applyManifest(chart.controlPlane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mine', namespace: 'lacuna' },
    data,
  });
  const values = { ...EVERYTHING, nats: { ...EVERYTHING.nats, usersSecret: 'mine' } };
  const tried = await chart.upgrade(values, '--dry-run=server');
  expect(tried.stderr).toContain('the Secret mine (nats.usersSecret) has no password for fsck');
  expect(tried.code).toBe(1);
});

test('a Job that no service of ours would make is refused, in words', async () => {
  const token = await tokenOf(chart.controlPlane, { namespace: 'lacuna', name: 'lacuna-dispatch' });
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
    const path = `/apis/batch/v1/namespaces/lacuna-evaluations/jobs?dryRun=All`;
    const { status, text } = await requestApi({ ...chart.controlPlane, token }, { method: 'POST', path, body });
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
