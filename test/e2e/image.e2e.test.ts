import { applyManifest, eventually, getJson, getText, type ControlPlane } from '@lacuna/testing';
import { requestApi } from '@lacuna/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChartOnNode } from '../support/chart-on-node.ts';
import { podOf } from '../support/chart-pod.ts';
import { podOnNode, type PodOnNode } from '../support/pod-on-node.ts';
import { problemWithPolicies } from '../support/problem-with-policies.ts';
import { reachedFrom } from '../support/reached-from.ts';
import { untilSettled } from '../support/settled.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { wholeTrace } from '../support/whole-trace.ts';

const IMAGE = 'localhost/busybox:1';
const PORT = 8080;

const problem = await problemWithPolicies();
const stack = new AsyncDisposableStack();
let chart: Awaited<ReturnType<typeof startChartOnNode>>;

describe.skipIf(problem !== undefined)(
  'from the image, the services of the chart, as pods of a real node whose network obeys the policies',
  () => {
    beforeAll(async () => {
      chart = stack.use(await startChartOnNode());
    }, 400_000);
    afterAll(() => stack.disposeAsync());

    test('take an evaluation from end to end', async () => {
      const { client } = chart;
      const command = ['sh', '-c', 'echo hello from a pod'];
      const { id } = await client.submit({ name: 'hello', image: IMAGE, command, report: 'none' });
      const view = await untilSettled(client, id);
      expect(view).toMatchObject({ verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' } });
      const { body } = await client.log(id);
      expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe('hello from a pod\n');
      await wholeTrace(chart.jaeger, id);
      expect(await checked()).toContain('1 evaluations and 1 logs rebuilt from the stream: no difference\n');
    }, 400_000);

    test('an evaluation reaches neither NATS, nor the API server, nor submit, nor another evaluation, and a stranger neither NATS nor an evaluation; without the policies both reach all', async () => {
      const { controlPlane, services } = chart;
      const [one, other] = [await runningEvaluation('one'), await runningEvaluation('other')];
      const nobody = { stranger: { namespace: 'default', labels: {}, ports: {} } };
      const stranger = (await startStandIns(chart, nobody)).get('stranger')!;
      const places = { ...services, other: `${other.address}:${PORT}` };
      const reached = async ({ pid }: PodOnNode): Promise<string[]> => {
        const addresses = await reachedFrom(pid, Object.values(places));
        return Object.entries(places).flatMap(([name, address]) => (addresses.includes(address) ? [name] : []));
      };
      const both = async () => ({ evaluation: await reached(one), stranger: await reached(stranger) });
      await eventually('what they may', async () => {
        expect(await both()).toEqual({ evaluation: [], stranger: ['submit', 'api'] });
        return true;
      });
      for (const namespace of ['lacuna', 'lacuna-evaluations']) await removePolicies(controlPlane, namespace);
      await eventually('all, because nobody forbids it', async () => {
        expect(await both()).toEqual({ evaluation: Object.keys(places), stranger: Object.keys(places) });
        return true;
      });
    }, 200_000);
  },
);

/** One that takes connections, and does nothing else for as long as the test may take. */
async function runningEvaluation(name: string): Promise<PodOnNode> {
  const command = ['httpd', '-f', '-p', String(PORT)];
  const { id } = await chart.client.submit({ name, image: IMAGE, command, report: 'none', timeout: '5m' });
  const namespace = 'lacuna-evaluations';
  const pod = await eventually(`the pod of ${name}`, async () => {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=lacuna.dev/evaluation=${id}`;
    return (await getJson<{ items: { metadata: { name: string } }[] }>(chart.controlPlane, path)).items[0];
  });
  return podOnNode(chart, { namespace, name: pod.metadata.name });
}

async function removePolicies({ admin }: ControlPlane, namespace: string): Promise<void> {
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  const { status, text } = await requestApi(admin, { method: 'DELETE', path });
  expect(status, text).toBe(200);
}

/** What the chart's fsck says, when it is run as `kubectl create job --from=cronjob/lacuna-fsck fsck` does. */
async function checked(): Promise<string> {
  const { controlPlane } = chart;
  const from = '/apis/batch/v1/namespaces/lacuna/cronjobs/lacuna-fsck';
  const { spec } = await getJson<{ spec: { jobTemplate: { spec: object } } }>(controlPlane, from);
  const metadata = { name: 'fsck', namespace: 'lacuna' };
  await applyManifest(controlPlane, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: spec.jobTemplate.spec });
  return eventually(
    'fsck is over',
    async () => {
      const { status } = await getJson<Job>(controlPlane, '/apis/batch/v1/namespaces/lacuna/jobs/fsck');
      const { metadata: pod, status: podStatus } = await podOf(controlPlane, 'fsck');
      const log = await getText(controlPlane, `/api/v1/namespaces/lacuna/pods/${pod.name}/log`);
      if (status.succeeded === 1) return log;
      throw new Error(`${JSON.stringify([status, podStatus.containerStatuses])} ${log.slice(-2_000)}`);
    },
    { withinMs: 90_000 },
  );
}

interface Job {
  readonly status: { readonly succeeded?: number };
}
