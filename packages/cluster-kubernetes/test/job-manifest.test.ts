import type { JobRequest } from '@lacuna/cluster';
import { describe, expect, test } from 'vitest';
import { jobManifest, refusalOf, type PodDefaults } from '../src/job-manifest.ts';
import { EVALUATION, JOB } from './objects.ts';

const REQUEST: JobRequest = {
  evaluation: EVALUATION,
  attempt: 1,
  name: JOB,
  specHash: 'a'.repeat(64),
  command: ['sh', '-c', 'echo $$ $(HOME)'],
  env: { SECRET: 'hunter2 $(SECRET)' },
  image: 'busybox:1',
  timeoutMs: 90_500,
  graceMs: 500,
  labels: { suite: 'any text, also such that no label may hold' },
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
};

const SEAL = { from: 'configmap', configMap: 'lacuna-seal-1', architecture: 'amd64' } as const;
const job = (change: Partial<JobRequest> = {}) => jobManifest({ ...REQUEST, ...change }, {});
const podOf = (change: Partial<JobRequest> = {}) => job(change).spec?.template.spec;

describe('the Job of a request', () => {
  test('L19: runs once: one pod, no retry, no replacement, no removal by itself', () => {
    const { spec } = job();
    expect(spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'TerminatingOrFailed',
    });
    expect(spec?.template.spec?.restartPolicy).toBe('Never');
    expect([spec?.ttlSecondsAfterFinished, spec?.activeDeadlineSeconds, spec?.podFailurePolicy]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('has its deadline on the pod, in whole seconds and never none', () => {
    expect(podOf()).toMatchObject({ activeDeadlineSeconds: 91, terminationGracePeriodSeconds: 1 });
    expect(podOf({ timeoutMs: 0 })?.activeDeadlineSeconds).toBe(1);
    expect(podOf({ timeoutMs: 1e15 })?.activeDeadlineSeconds).toBe(2 ** 31 - 1);
  });

  test('says whose it is on the Job and on the pod, and what was asked for without any env value', () => {
    const { metadata, spec } = job();
    const labels = { 'lacuna.dev/evaluation': EVALUATION, 'lacuna.dev/attempt': '1' };
    expect(metadata).toMatchObject({ name: JOB, labels });
    expect(spec?.template.metadata?.labels).toMatchObject(labels);
    const annotation = JSON.parse(metadata?.annotations?.['lacuna.dev/request'] ?? '') as unknown;
    expect(annotation).toEqual({
      v: 1,
      evaluation: EVALUATION,
      attempt: 1,
      specHash: REQUEST.specHash,
      labels: REQUEST.labels,
    });
    expect(JSON.stringify(metadata)).not.toContain('hunter2');
  });

  test('gives the command as it is: Kubernetes takes two $ for one, and $(…) for a variable', () => {
    const [container] = podOf()?.containers ?? [];
    expect(container?.command).toEqual(['sh', '-c', 'echo $$$$ $$(HOME)']);
    expect(container?.env).toContainEqual({ name: 'SECRET', value: 'hunter2 $$(SECRET)' });
  });

  test('gives the command its trace context, which the spec cannot replace', () => {
    const [container] = podOf({ env: { TRACEPARENT: 'mine', HOME: '/work' } })?.containers ?? [];
    expect(container?.env).toContainEqual({ name: 'TRACEPARENT', value: REQUEST.traceparent });
    expect(container?.env).toContainEqual({ name: 'HOME', value: '/work' });
  });

  test('runs the command under the seal helper, on nodes whose processor it is for', () => {
    const { spec } = jobManifest(REQUEST, {}, { ...SEAL, architecture: 'arm64' });
    const pod = spec?.template.spec;
    expect(pod?.containers[0]?.command).toEqual([
      '/.lacuna/seal',
      '--limit-ms',
      '90500',
      '--grace-ms',
      '500',
      '--returns',
      '2',
      '--',
      'sh',
      '-c',
      'echo $$$$ $$(HOME)',
    ]);
    expect(pod?.containers[0]?.volumeMounts).toContainEqual({ name: 'seal', mountPath: '/.lacuna', readOnly: true });
    expect(pod?.volumes).toContainEqual({
      name: 'seal',
      configMap: { name: 'lacuna-seal-1', defaultMode: 0o555, items: [{ key: 'seal', path: 'seal' }] },
    });
    expect(pod?.nodeSelector).toEqual({ 'kubernetes.io/arch': 'arm64' });
  });

  test('names its queue to Kueue only when it has one', () => {
    expect(job().metadata?.labels).not.toHaveProperty(['kueue.x-k8s.io/queue-name']);
    expect(job({ queue: 'nightly' }).metadata?.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 'nightly' });
  });

  test('limits what the container may take to what it asks for', () => {
    const [container] = podOf({ resources: { cpu: '500m', memory: '64Mi' } })?.containers ?? [];
    const amount = { cpu: '500m', memory: '64Mi' };
    expect(container?.resources).toEqual({ requests: amount, limits: amount });
  });
});

test.each([
  ['no command', { command: [] }],
  ['no image', { image: '' }],
])('a request with %s is refused before the API server is asked', (_, change) => {
  expect(refusalOf({ ...REQUEST, ...change }, true)).toBeDefined();
  expect(refusalOf(REQUEST, true)).toBeUndefined();
});

describe('how the helper runs the command', () => {
  test.each<[what: string, change: Partial<JobRequest>, runtime: PodDefaults['runtime'], options: readonly string[]]>([
    ['makes up for what containerd takes away', {}, 'containerd', ['--returns', '2']],
    ['is as it is on other runtimes', {}, 'other', []],
    ['as two streams, when they are wanted apart', { streams: 'apart' }, 'other', ['--streams', '2']],
    ['as one, when they are wanted together', { streams: 'together' }, 'other', []],
  ])('%s', (_, change, runtime, options) => {
    const { spec } = jobManifest({ ...REQUEST, ...change }, runtime === undefined ? {} : { runtime }, SEAL);
    const command = spec?.template.spec?.containers[0]?.command ?? [];
    expect(command.slice(1, command.indexOf('--'))).toEqual(['--limit-ms', '90500', '--grace-ms', '500', ...options]);
  });

  test('keeps the time limit itself: the deadline of the pod also counts what comes before the command', () => {
    const pod = jobManifest(REQUEST, {}, SEAL).spec?.template.spec;
    expect(pod?.activeDeadlineSeconds).toBe(3_600 + 91);
    const longest = jobManifest({ ...REQUEST, timeoutMs: 1e15 }, {}, SEAL).spec?.template.spec;
    expect(longest?.containers[0]?.command?.slice(1, 3)).toEqual(['--limit-ms', String(2 ** 31 - 1)]);
  });

  test('ends the command itself before the kubelet ends both, which would leave no seal', () => {
    const sealed = jobManifest({ ...REQUEST, graceMs: 1_500 }, {}, SEAL).spec?.template.spec;
    expect(sealed?.containers[0]?.command?.slice(3, 5)).toEqual(['--grace-ms', '1500']);
    expect(sealed?.terminationGracePeriodSeconds).toBe(7);
    expect(podOf({ graceMs: 1_500 })?.terminationGracePeriodSeconds).toBe(2);
  });
});

describe('how the helper gets into a pod', () => {
  const podWith = (from: 'image' | 'init-container', change: Partial<JobRequest> = {}) => {
    const mount = { from, image: 'registry.example/seal:1', architecture: 'amd64' } as const;
    return jobManifest({ ...REQUEST, ...change }, { imagePullPolicy: 'Always' }, mount).spec?.template.spec;
  };
  const volumeOf = (pod: ReturnType<typeof podWith>) => pod?.volumes?.find(({ name }) => name === 'seal');

  test('by an image: as a volume', () => {
    const pod = podWith('image');
    expect(volumeOf(pod)?.image).toEqual({ reference: 'registry.example/seal:1', pullPolicy: 'Always' });
    expect(pod?.initContainers).toBeUndefined();
  });

  test('by an init container: as a copy that only it can write, before all that needs it', () => {
    const pod = podWith('init-container', { spoolBytes: 1, resources: { cpu: '1' } });
    const [init, keeper] = pod?.initContainers ?? [];
    const [main] = pod?.containers ?? [];
    expect([init?.name, keeper?.name]).toEqual(['seal', 'keeper']);
    expect(init).toMatchObject({ image: 'registry.example/seal:1', command: ['/seal', '--install', '/.lacuna'] });
    expect([init?.securityContext, init?.resources]).toEqual([main?.securityContext, main?.resources]);
    expect(init?.restartPolicy).toBeUndefined();
    expect(volumeOf(pod)?.emptyDir).toBeDefined();
    const writers = [init, keeper, main].filter((one) =>
      one?.volumeMounts?.some(({ name, readOnly }) => name === 'seal' && readOnly !== true),
    );
    expect(writers).toEqual([init]);
  });
});

describe('what must outlive the container', () => {
  const sealedPodOf = (change: Partial<JobRequest>) =>
    jobManifest({ ...REQUEST, ...change }, {}, SEAL).spec?.template.spec;

  test('nothing is the default: no sidecar, no volume', () => {
    const pod = sealedPodOf({});
    expect(pod?.initContainers).toBeUndefined();
    expect(pod?.volumes?.map(({ name }) => name)).toEqual(['tmp', 'seal']);
  });

  test('is left by the helper on a volume of a known size, and given out by a native sidecar that is restricted as well', () => {
    const pod = sealedPodOf({ spoolBytes: 1_000, reportFile: '/tmp/$a.xml' });
    const [main, keeper] = [pod?.containers[0], pod?.initContainers?.[0]];
    const options = ['--folder', '/.lacuna-kept', '--spool', '1000', '--report', '/tmp/$$a.xml', '--', 'sh'];
    expect(main?.command?.slice(7, 15)).toEqual(options);
    expect(keeper).toMatchObject({ name: 'keeper', image: 'busybox:1', restartPolicy: 'Always' });
    expect(keeper?.command).toEqual(['/.lacuna/seal', '--spool', '1000', '--keep', '/.lacuna-kept']);
    expect(keeper?.securityContext).toEqual(main?.securityContext);
    expect(keeper?.volumeMounts?.map(({ name }) => name)).toEqual(['seal', 'kept']);
    const sizeLimit = String(1_000 + 66 * 1024 ** 2);
    expect(pod?.volumes).toContainEqual({ name: 'kept', emptyDir: { sizeLimit } });
  });

  test('costs little, and leaves a pod Guaranteed whose container has its limits for requests', () => {
    const keeperOf = (change: Partial<JobRequest>) => sealedPodOf({ spoolBytes: 1, ...change })?.initContainers?.[0];
    expect(keeperOf({})?.resources?.limits).toEqual({ memory: '64Mi' });
    const { limits, requests } = keeperOf({ resources: { cpu: '1', memory: '1Gi' } })?.resources ?? {};
    expect(limits).toEqual(requests);
    expect(limits).toEqual({ cpu: '100m', memory: '32Mi' });
  });

  test.each([
    ['a report file', { reportFile: '/tmp/r.xml' }],
    ['a spool', { spoolBytes: 1_000 }],
  ])('%s is refused where there is no helper to leave it', (_, change) => {
    expect(refusalOf({ ...REQUEST, ...change }, true)).toBeUndefined();
    expect(refusalOf({ ...REQUEST, ...change }, false)).toMatch(/LACUNA_SEAL=none/);
  });
});
