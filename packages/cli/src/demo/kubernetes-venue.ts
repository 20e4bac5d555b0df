import { nodeRuntimeImage, requestApi, type ControlPlane, type OnProgress, type RealNode } from '@lacuna/servers';
import type { Lifecycle } from '@lacuna/service-kit';
import type { Act, Venue } from './cast.ts';
import { emptyLogFile } from './empty-log-file.ts';
import { openRealCluster } from './real-cluster.ts';
import { SUITES } from './suites.ts';

const IMAGE = 'localhost/lacuna-demo:1';
const QUOTA = { name: 'demo', memory: '8Gi' };

/**
 * The same story on a real control plane and a real node, with every fault made for real: a quota that the pod does not fit in, a memory
 * limit that the kernel enforces, and a log file that somebody on the node empties.
 */
export async function openKubernetesVenue(life: Lifecycle, dataDir: string, onProgress: OnProgress): Promise<Venue> {
  const { controlPlane, node } = await openRealCluster(life, dataDir, onProgress);
  onProgress({ message: 'making an image of Node.js and the suites', passing: false });
  await node.addImages(nodeRuntimeImage(IMAGE, [SUITES]));
  await limitMemory(controlPlane);
  return {
    cast: castOn(node),
    env: {
      LACUNA_CLUSTER: 'kubernetes',
      LACUNA_KUBECONFIG: controlPlane.kubeconfig,
      LACUNA_IMAGE_PULL_POLICY: 'Never',
      LACUNA_DEADLINES: 'pod.create=10s+5s',
    },
  };
}

async function limitMemory({ admin }: ControlPlane): Promise<void> {
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: QUOTA.name },
    spec: { hard: { 'requests.memory': QUOTA.memory } },
  };
  const path = '/api/v1/namespaces/default/resourcequotas';
  const { status, text } = await requestApi(admin, { method: 'POST', path, body: quota });
  if (status !== 201) throw new Error(`the cluster did not take the quota of the demo: ${status} ${text}`);
}

const suite = (name: string): string => `/app/demo/${name}.suite.mjs`;
const inPod = { image: IMAGE, resources: { memory: '256Mi' } };

/** Takes memory until the kernel ends it, which it does at the limit of its container. */
const GREEDY = 'const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1));';

const castOn = ({ podLogs }: RealNode): readonly Act[] => [...SUITES_IN_PODS, NO_POD, cutLog(podLogs), KILLED];

const SUITES_IN_PODS: readonly Act[] = [
  {
    key: 'e2e',
    spec: { ...inPod, name: 'e2e', command: ['node', '--test-reporter=spec', suite('e2e')], expect: { tests: 25 } },
    verdict: 'passed',
    tests: '25 of 25',
  },
  {
    key: 'integration',
    spec: {
      ...inPod,
      name: 'integration',
      command: ['node', '--test-reporter=tap', suite('talkative')],
      expect: { tests: 25 },
    },
    verdict: 'passed',
    tests: '25 of 25',
  },
  {
    key: 'intended failures',
    spec: {
      ...inPod,
      name: 'intended-failures',
      command: ['node', '--test-reporter=spec', suite('intended-failures')],
    },
    verdict: 'failed',
    reason: /exit code 1/,
  },
  {
    key: 'uncaught exception',
    spec: { ...inPod, name: 'uncaught-exception', command: ['node', '-e', "throw new Error('division by zero')"] },
    verdict: 'failed',
    reason: /exit code 1/,
  },
];

const NO_POD: Act = {
  key: 'no pod',
  spec: { ...inPod, name: 'no-pod', command: ['true'], resources: { memory: '64Gi' } },
  verdict: 'error',
  reason: /pod\.create missing: FailedCreate: .*exceeded quota: demo, requested: requests\.memory=64Gi/,
  broken: 'pod.create missing',
};

const cutLog = (podLogs: string): Act => ({
  key: 'cut log',
  spec: {
    ...inPod,
    name: 'cut-log',
    command: ['node', '--test-reporter=tap', suite('hesitant')],
    expect: { tests: 25 },
  },
  verdict: 'incomplete',
  tests: '17 of 25',
  reason: /log cut after byte [\d ]+: [\d ]+ of [\d ]+ bytes lost/,
  broken: 'log.capture truncated',
  interfere: (scene) => emptyLogFile(scene, podLogs),
});

const KILLED: Act = {
  key: 'killed',
  spec: { ...inPod, name: 'killed', command: ['node', '-e', GREEDY], resources: { memory: '96Mi' } },
  verdict: 'error',
  reason: /OOMKilled/,
  broken: 'container.run oom-killed',
};
