import type { V1Job } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  LogTail,
  type Cluster,
  type ContainerRef,
  type JobRequest,
  type LogOverlap,
  type LogPart,
  type LogPosition,
  type PodSnapshot,
} from '@lacuna/cluster';
import { containerOf, describeClusterConformance, type Session } from '@lacuna/cluster/conformance';
import { requestApi } from '@lacuna/servers';
import { applyManifest, eventually, type Manifest } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOn } from './describe-on.ts';
import { jobManifest } from '../src/job-manifest.ts';
import { sealConfigMap } from '../src/seal-config-map.ts';
import type { DirectAccess } from './direct-access.ts';
import { FEATURES, openSubject, PATIENT, SEAL, type KubernetesSubject } from './kubernetes-subject.ts';

describeOn('real', 'Kubernetes', () => {
  describeClusterConformance('a real node', { open: () => openSubject('real', PATIENT), features: FEATURES.real });
});

const shell = (script: string) => ({ command: ['sh', '-c', script] });

describeOn('real', 'a real node', () => {
  let subject: KubernetesSubject;
  let direct: DirectAccess;
  let session: Session;

  beforeAll(async () => {
    subject = await openSubject('real');
    ({ direct, session } = subject);
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  async function run(script: string, change: Parameters<Session['request']>[1] = {}) {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell(script), change));
    const end = await watch.ended(uid);
    await watch.finished(uid);
    const log = await session.log(containerOf(await watch.started(uid)), { offset: 0, follow: true });
    return { end, log: log.toString() };
  }

  const pathOf = ({ name, uid }: PodSnapshot) => `${subject.namespace}_${name}_${uid}/main/0.log`;
  const fileOf = (pod: PodSnapshot) => join(subject.node?.podLogs ?? '', pathOf(pod));

  /** The Job of a request as a policy of the cluster may change it on its way in; its uid. */
  async function makeChanged(request: JobRequest, change: (job: V1Job) => void): Promise<string> {
    const map = sealConfigMap(await SEAL.program());
    Object.assign(map.metadata, { namespace: subject.namespace });
    await applyManifest(subject.controlPlane, map as Manifest);
    const mount = { from: 'configmap', configMap: map.metadata.name, architecture: SEAL.architecture } as const;
    const job = jobManifest(request, { imagePullPolicy: 'Never' }, mount);
    Object.assign(job.metadata ?? {}, { namespace: subject.namespace });
    change(job);
    await applyManifest(subject.controlPlane, job as Manifest);
    return (await direct.job(request.name)).metadata?.uid ?? '';
  }

  test('a command runs as nobody, cannot write but to /tmp, and gets its arguments and env as they are', async () => {
    const script =
      'id -u; touch /file 2>/dev/null || echo read-only; touch "$HOME/file" && echo home; echo "$TEXT" $TRACEPARENT; echo "$0"';
    const request = session.request(
      { command: ['sh', '-c', script, 'a $$ $(HOME) $HOME'] },
      { env: { TEXT: '$$ $(HOME)' } },
    );
    await using watch = session.watch();
    const { uid } = await session.start(request);
    await watch.ended(uid);
    const log = await session.log(containerOf(await watch.started(uid)), { offset: 0, follow: true });
    const expected = ['65532', 'read-only', 'home', `$$ $(HOME) ${request.traceparent}`, 'a $$ $(HOME) $HOME', ''];
    expect(log.toString().split('\n')).toEqual(expected);
  });

  test('of streams apart the log on the node tells which line is of which', async () => {
    await using watch = session.watch();
    const request = session.request(shell('echo out; echo err >&2; printf end'), { streams: 'apart' });
    const { uid } = await session.start(request);
    await watch.ended(uid);
    const lines = (await readFile(fileOf(await watch.started(uid)), 'utf8')).trim().split('\n');
    // Time, stream, whether the line is whole, and the line.
    expect(lines.map((line) => line.split(' ').slice(1).join(' ')).sort()).toEqual([
      'stderr F err',
      'stdout F out',
      'stdout P end',
    ]);
  });

  test('the files of its node have the same log as the log API, byte for byte, whatever is in it', async () => {
    await using watch = session.watch();
    const lines =
      'printf "\\r\\n\\n a\\000b\\377\\r\\n"; head -c 40000 /dev/zero | tr "\\000" x; echo; echo err >&2; seq 1 5000; printf end';
    const { uid } = await session.start(session.request(shell(`head -c 100000 /dev/urandom; ${lines}`)));
    await watch.ended(uid);
    const pod = await watch.started(uid);
    const refusals: string[] = [];
    const nodeFiles = { address: 'InternalIP', onRefused: (_: string, why: string) => void refusals.push(why) };
    await using ofFiles = await subject.reopen({ nodeFiles });
    const container = containerOf(pod);
    const byApi = bytesIn(await partsOf(subject.cluster, container, { offset: 0, follow: false }));
    expect(byApi.byteLength).toBeGreaterThan(160_000);
    const node = pod.scheduled?.node ?? 'none';
    const wanted = [{ offset: 0 }, { offset: 0, sealedBytes: 1 }, { offset: 120_000, known: known(byApi, 120_000) }];
    const compare = async (from: Omit<LogPosition, 'follow'>) => {
      const parts = await partsOf(ofFiles, { ...container, node }, { ...from, follow: false });
      expect(Buffer.compare(bytesIn(parts), byApi.subarray(from.offset)), JSON.stringify(from.offset)).toBe(0);
      return parts;
    };
    for (const from of wanted) await compare(from);
    let offset = 0;
    for (const { bytes, mark } of await compare({ offset })) {
      offset += bytes.length;
      await compare({ offset, known: { ...known(byApi, offset), ...(mark !== undefined && { mark }) } });
    }
    expect(refusals).toEqual([]);
  });

  test('a kubelet gives a file from a byte on, which is what it takes to read only what is new', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell('seq 1 5000')));
    await watch.ended(uid);
    const pod = await watch.started(uid);
    const file = await readFile(fileOf(pod), 'utf8');
    const { admin } = subject.controlPlane;
    const ask = (range: string) =>
      requestApi({ ...admin, url: subject.node?.kubelet.url ?? '' }, { path: `/logs/pods/${pathOf(pod)}`, range });
    expect(await ask(`bytes=${file.length - 1_000}-`)).toEqual({ status: 206, text: file.slice(-1_000) });
    expect(await ask(`bytes=${file.length}-`)).toMatchObject({ status: 416 });
  });

  test('J12: a container that takes too much memory is told as OOMKilled', async () => {
    const { end } = await run('head -c 100000000 /dev/zero | tail | wc -c', { resources: { memory: '20Mi' } });
    expect(end).toMatchObject({ reason: 'OOMKilled' });
  });

  test('J14: an image that is not there is told as waiting, and that waiting is pointless', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell('true'), { image: 'localhost/none:1' }));
    const waiting = await watch.until('waiting', () => watch.pods(uid)[0]?.waiting);
    expect(waiting).toMatchObject({ reason: 'ErrImageNeverPull', permanent: true });
  });

  test('J15: a command that does not exist is told as StartError, never as started', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request({ command: ['/no/such/program'] }));
    const end = await watch.ended(uid);
    expect(end).toMatchObject({ reason: 'StartError', message: expect.stringContaining('/no/such/program') as string });
    expect([end.exitCode, end.containerId, watch.pods(uid)[0]?.started]).toEqual([undefined, undefined, undefined]);
  });

  test('J18: a command that outlasts its deadline keeps its log', async () => {
    const { end, log } = await run('echo before; sleep 60', { timeoutMs: 20_000 });
    expect([end.reason, log]).toEqual(['DeadlineExceeded', 'before\n']);
  });

  test('J18: a command that ignores TERM at its deadline is killed by its helper, which seals what it wrote', async () => {
    const script = 'trap "" TERM; echo before; while :; do sleep 1; done';
    const { end, log } = await run(script, { timeoutMs: 20_000, graceMs: 500 });
    expect([end.reason, end.signal, log]).toEqual(['DeadlineExceeded', 'SIGKILL', 'before\n']);
    expect(end.seal).toMatchObject({ signal: 'SIGKILL', bytes: log.length });
  });

  test('J20: a container that a policy lets restart tells how often it did, so that what passed last is not taken for all', async () => {
    await using watch = session.watch();
    const request = session.request(shell('test -e /tmp/once || { touch /tmp/once; exit 1; }'));
    const uid = await makeChanged(request, (job) => {
      Object.assign(job.spec?.template.spec ?? {}, { restartPolicy: 'OnFailure' });
      Object.assign(job.spec ?? {}, { backoffLimit: 1 });
    });
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 0, restarts: 1 });
  });

  test('J18: the time limit is of the command: what a pod takes to start does not count', async () => {
    await using watch = session.watch();
    const uid = await makeChanged(session.request(shell('sleep 1'), { timeoutMs: 3_000 }), (job) => {
      const pod = job.spec?.template.spec;
      const slow = Object.assign(structuredClone(pod?.containers[0] ?? {}), { name: 'slow', command: ['sleep', '5'] });
      Object.assign(pod ?? {}, { initContainers: [slow] });
    });
    expect(await watch.ended(uid)).toMatchObject({ reason: 'Completed', exitCode: 0 });
  });

  test('a stopped command is told as Stopped, with its log kept', async () => {
    await using watch = session.watch();
    const script = 'trap "echo bye; exit 3" TERM; echo hi; while :; do sleep 0.1; done';
    const ref = await session.start(session.request(shell(script), { graceMs: 20_000 }));
    const container = containerOf(await watch.started(ref.uid));
    await eventually(
      'its traps are set',
      async () => (await session.log(container, { offset: 0, follow: false })).length > 0,
    );
    await session.cluster.stop(ref, session.signal);
    expect(await watch.ended(ref.uid)).toMatchObject({ reason: 'Stopped', exitCode: 3 });
    expect(watch.pods(ref.uid)[0]?.gone).toBeUndefined();
    expect((await session.log(container, { offset: 0, follow: true })).toString()).toBe('hi\nbye\n');
  });

  test('J6: a pod that somebody deletes is told as gone, and its end as no end of its own', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell('echo hi; exec sleep 60'), { graceMs: 20_000 }));
    const pod = await watch.started(uid);
    // Before the helper has set its traps a signal is lost on it.
    await session.firstBytes(containerOf(pod));
    await direct.deletePod(pod.name);
    await watch.vanished(pod.uid);
    expect(watch.pods(uid)).toMatchObject([
      { gone: { cause: 'deleted' }, ended: { reason: 'Deleted', signal: 'SIGTERM' } },
    ]);
    expect(await watch.finished(uid)).toMatchObject({ succeeded: false });
  });

  test('L17: the log of a command that is silent for longer than the grace is open and brings what comes', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell('sleep 4; echo at last')));
    const container = containerOf(await watch.started(uid));
    expect((await session.log(container, { offset: 0, follow: true })).toString()).toBe('at last\n');
  });
});

/** All of a log from there on; what is of the files of a node must come from there. */
async function partsOf(cluster: Cluster, container: ContainerRef, from: LogPosition): Promise<LogPart[]> {
  const opened = await cluster.openLog(container, from, AbortSignal.timeout(30_000));
  if (opened.kind !== 'open') throw new Error(opened.message);
  expect(opened.isKept).toBe(container.node !== undefined);
  return Array.fromAsync(opened.body);
}

function bytesIn(parts: readonly LogPart[]): Buffer {
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}

/** What a reader knows who has read so much, and no timestamps. */
function known(bytes: Buffer, offset: number): LogOverlap {
  return { tail: bytes.subarray(Math.max(0, offset - LogTail.LIMIT), offset) };
}
