/**
 * Real pytest and node:test suites in parallel on a real node whose processors are 90 % busy, twenty times over: whether every verdict is
 * right, every log sealed and every wait explained, and how long it takes. `LACUNA_ROUNDS=3 npm run bench suites-under-load`, as root.
 */
import { startRealCluster } from '../support/kubernetes-system.ts';
import { runSuitesUnderLoad } from '../support/suites-under-load.ts';
import { median } from './side.ts';

const times = Number(process.env['LACUNA_ROUNDS'] ?? '20');

await using cluster = await startRealCluster();
const runs = await runSuitesUnderLoad(cluster, times);
const bad = runs.filter(({ problems }) => problems.length > 0);
for (const [index, { problems }] of runs.entries())
  for (const problem of problems) console.log(`run ${index + 1}: ${problem}`);
console.log(`runs without any problem: ${runs.length - bad.length} of ${runs.length} (target all)`);
const figures = (of: (run: (typeof runs)[number]) => number): string => {
  const all = runs.map(of);
  return `median ${(median(all) / 1_000).toFixed(1)} s, longest ${(Math.max(...all) / 1_000).toFixed(1)} s`;
};
console.log(`submission → last verdict: ${figures(({ tookMs }) => tookMs)}`);
console.log(`submission → container runs: ${figures(({ startMs }) => startMs)}`);
console.log(`container ended → verdict: ${figures(({ verdictMs }) => verdictMs)}`);
if (bad.length > 0) process.exitCode = 1;
