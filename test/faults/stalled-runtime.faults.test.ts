import { createHash } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import type { EvaluationId, EvaluationView, Fact } from '@lacuna/contracts';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

/**
 * More than the 64 KiB of the runtime's FIFO and so little that nothing waits for its reader. A shim that has passed on all of it leaves up to 64 KiB in
 * that FIFO, which a containerd that stands still has not read when the container ends.
 */
const LINES = 11_600;
const SCRIPT = `sleep 12; awk 'BEGIN { for (i = 1; i <= ${LINES}; i++) printf "%07d\\n", i }'`;
const WRITTEN = Array.from({ length: LINES }, (_, i) => `${String(i + 1).padStart(7, '0')}\n`).join('');
const FIFO_BYTES = 64 * 1024;
const [STOPPED_MS, RUNNING_MS] = [3_000, 100];
const TEST_MS = 550_000;

test(
  'L7: a containerd 2 that stands still for three seconds at a time while containers end drops nothing of their logs',
  async () => {
    await using cluster = await startRealCluster({ containerd: '2' });
    await using system = await cluster.system({ LACUNA_CAPACITY: '8' });
    const ids = await submit(system, 8);
    const views = await settledWhileStopped(cluster, system, ids);
    expect(views.filter((view) => !isWhole(view)).map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  },
  TEST_MS,
);

test(
  'L7: what an old containerd leaves behind when it learns of an end only later is named byte by byte, and not lost with a spool',
  async () => {
    await using cluster = await startRealCluster();
    await using system = await cluster.system({ LACUNA_CAPACITY: '8' });
    const plain = await submit(system, 5);
    const lossless = await submit(system, 3, true);
    const views = await settledWhileStopped(cluster, system, [...plain, ...lossless]);
    const broken = views.filter((view) => !isWhole(view));
    expect(broken.filter(({ id }) => lossless.includes(id))).toEqual([]);
    for (const { id, verdict, attempts } of broken) {
      const statement = attempts[0]?.log;
      const bytes = statement?.bytes ?? 0;
      expect(verdict).toBe('incomplete');
      expect(statement).toMatchObject({
        state: 'truncated',
        cause: 'dropped-by-runtime',
        sealedBytes: WRITTEN.length,
        lost: { from: bytes, to: WRITTEN.length },
      });
      expect(WRITTEN.length - bytes).toBeLessThanOrEqual(FIFO_BYTES);
      expect(await logOf(system, id)).toBe(WRITTEN.slice(0, bytes));
    }
  },
  TEST_MS,
);

const isWhole = ({ verdict, evidence }: EvaluationView): boolean =>
  verdict === 'passed' &&
  evidence?.log === 'sealed' &&
  evidence.logSha256 === createHash('sha256').update(WRITTEN).digest('hex');

async function submit({ client }: System, count: number, lossless = false): Promise<EvaluationId[]> {
  const command = ['sh', '-c', SCRIPT];
  const spec = { image: BUSYBOX_IMAGE, command, report: 'none', timeout: '5m', lossless } as const;
  const submitted = await Promise.all(Array.from({ length: count }, () => client.submit(spec)));
  return submitted.map(({ id }) => id);
}

/** Stops containerd again and again, from when all logs are open until all evaluations are settled. */
async function settledWhileStopped(
  { node }: RealCluster,
  { client, nats }: System,
  ids: readonly EvaluationId[],
): Promise<EvaluationView[]> {
  const opened = async (): Promise<number> =>
    (await messagesIn<Fact>(nats.url, 'LACUNA_FACTS')).filter(({ type }) => type === 'log-opened').length;
  await eventually('all logs are open', async () => (await opened()) === ids.length, { withinMs: 150_000 });
  const over = new AbortController();
  const stalling = (async () => {
    while (!over.signal.aborted) {
      node.containerd.pause();
      await pass(STOPPED_MS);
      node.containerd.resume();
      await pass(RUNNING_MS);
    }
  })();
  const views = await allSettled(client, ids, 300_000).finally(() => over.abort());
  await stalling;
  return views;
}

async function logOf({ client }: System, id: EvaluationId): Promise<string> {
  return Buffer.concat(await Array.fromAsync((await client.log(id)).body)).toString();
}
