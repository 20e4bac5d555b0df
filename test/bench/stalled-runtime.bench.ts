/**
 * What becomes of logs whose containers end while their runtime stands still: containerd is stopped for three seconds at a time, with a tenth of a second
 * between. Each log is more than the 64 KiB of the runtime's FIFO and so little that nothing waits for its reader, so that its end lies in the memory of
 * a shim, which after the end waits two seconds for it to be taken.
 *
 * `LACUNA_ROUNDS=3 LACUNA_PODS=12 LACUNA_RUNTIMES=own npm run bench stalled-runtime`
 */
import { createHash } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import type { Fact } from '@lacuna/contracts';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually } from '@lacuna/testing';
import { messagesIn } from '../support/history.ts';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

const LINES = 11_600;
const COMMAND = ['sh', '-c', `sleep 12; awk 'BEGIN { for (i = 1; i <= ${LINES}; i++) printf "%07d\\n", i }'`];
const SHA256 = createHash('sha256')
  .update(Array.from({ length: LINES }, (_, i) => `${String(i + 1).padStart(7, '0')}\n`).join(''))
  .digest('hex');
const [STOPPED_MS, RUNNING_MS] = [3_000, 100];
const SETTLED_WITHIN_MS = 500_000;

const rounds = Number(process.env['LACUNA_ROUNDS'] ?? 3);
const pods = Number(process.env['LACUNA_PODS'] ?? 12);
const containerd = (process.env['LACUNA_RUNTIMES'] ?? 'own') === '2' ? '2' : 'own';

await using cluster = await startRealCluster({ containerd });
await using system = await cluster.system({ LACUNA_LOG_LEVEL: 'error', LACUNA_CAPACITY: String(pods) });
const sealed: number[] = [];
for (let round = 0; round < rounds; round++) sealed.push(await sealedOf(cluster, system));
console.log(`containerd stopped for ${STOPPED_MS} ms at a time: sealed ${sealed.join(', ')} of ${pods} (target: all)`);
if (sealed.some((count) => count < pods)) process.exitCode = 1;

async function sealedOf({ node }: RealCluster, { client, nats }: System): Promise<number> {
  const spec = { image: BUSYBOX_IMAGE, command: COMMAND, report: 'none', timeout: '5m' } as const;
  const ids = (await Promise.all(Array.from({ length: pods }, () => client.submit(spec)))).map(({ id }) => id);
  const opened = async (): Promise<number> => {
    const facts = await messagesIn<Fact>(nats.url, 'LACUNA_FACTS');
    return facts.filter(({ type, evaluation }) => type === 'log-opened' && ids.includes(evaluation)).length;
  };
  await eventually('all logs are open', async () => (await opened()) === pods, { withinMs: 150_000 });
  const over = new AbortController();
  const stalling = (async () => {
    while (!over.signal.aborted) {
      node.containerd.pause();
      await pass(STOPPED_MS);
      node.containerd.resume();
      await pass(RUNNING_MS);
    }
  })();
  const views = await allSettled(client, ids, SETTLED_WITHIN_MS).finally(() => over.abort());
  await stalling;
  const whole = views.filter(({ verdict, evidence }) => verdict === 'passed' && evidence?.logSha256 === SHA256);
  for (const view of views.filter((one) => !whole.includes(one)))
    console.log(`  not sealed: ${view.id} ${view.verdict} ${view.reason}`);
  return whole.length;
}
