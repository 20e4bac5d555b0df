/**
 * A kubelet that is killed twice under 200 evaluations on a real node: all of them settle, and what is recorded contradicts itself nowhere (invariants
 * I1, I2, I3, I5 and I8). Those whose start it broke off are made again; containerd has many words for that, and not all of them tell it from a command
 * that cannot start, so a few may be errors in those words.
 *
 * `LACUNA_EVALUATIONS=200 npm run bench killed-kubelet`
 */
import { createHash } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import type { EvaluationView, Fact } from '@lacuna/contracts';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually } from '@lacuna/testing';
import { brokenHistory, messagesIn } from '../support/history.ts';
import { startRealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';

const OUTPUT_SHA256 = createHash('sha256').update('start\nend\n').digest('hex');
const WITHIN_MS = 600_000;
const count = Number(process.env['LACUNA_EVALUATIONS'] ?? 200);

await using cluster = await startRealCluster();
await using system = await cluster.system({
  LACUNA_LOG_LEVEL: 'error',
  LACUNA_NODE_LEASE: '2s',
  LACUNA_CAPACITY: '40',
});
const facts = (): Promise<Fact[]> => messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');

const begin = Date.now();
const command = ['sh', '-c', 'echo start; sleep 1; echo end'];
const spec = { image: BUSYBOX_IMAGE, report: 'none', retries: 1, command } as const;
const results = await system.client.submitBatch(Array.from({ length: count }, () => spec));
const ids = results.flatMap((result) => (result.kind === 'accepted' ? [result.accepted.id] : []));
for (const share of [0.25, 0.65]) {
  const started = async (): Promise<number> =>
    (await facts()).filter(({ type }) => type === 'container-started').length;
  await eventually(`${share * count} of them run`, async () => (await started()) >= share * count, {
    withinMs: WITHIN_MS,
  });
  await cluster.node.kubelet.kill();
  await pass(3_000);
  await cluster.node.kubelet.restart();
}
const views = await allSettled(system.client, ids, WITHIN_MS);
const isPassed = ({ verdict, evidence }: EvaluationView): boolean =>
  verdict === 'passed' && evidence?.log === 'sealed' && evidence.logSha256 === OUTPUT_SHA256;
const others = views.filter((view) => !isPassed(view));
const again = views.filter(({ attempts }) => attempts.length > 1).length;
const broken = brokenHistory(ids, await facts());
console.log(`${count} evaluations, kubelet killed twice: ${views.length} settled in ${Math.round((Date.now() - begin) / 1_000)} s,
  ${count - others.length} passed and sealed, ${again} of all by a second attempt, ${broken.length} contradictions`);
for (const { id, verdict, reason } of others) console.log(`  ${id} ${verdict}: ${reason}`);
for (const words of broken) console.log(`  ${words}`);
if (views.length < count || broken.length > 0 || others.some(({ verdict }) => verdict !== 'error'))
  process.exitCode = 1;
