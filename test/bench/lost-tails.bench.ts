/**
 * What becomes of the ends of logs when pods end at once on a busy node: `kubectl logs --follow`, Lacuna, and Lacuna with the right to read the files
 * of the node, in turn on the same node, on the machine's containerd and on version 2. Writes the picture in docs/ when it ran as it is meant to: 30 pods, lines of 8 bytes, both.
 *
 * `LACUNA_ROUNDS=5 LACUNA_PODS=10,30,60,100 LACUNA_LINES=8,80,4096 LACUNA_RUNTIMES=own,2 npm run bench lost-tails`
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { EvaluationView } from '@lacuna/contracts';
import { BUSYBOX_IMAGE, resolveBinary } from '@lacuna/servers';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import type { System } from '../support/system.ts';
import { sha256Of, talkative, type Talk } from '../support/talkative.ts';
import { ApiClient } from './api-client.ts';
import { Costs } from './costs.ts';
import { lostTailsPicture, type Result, type SealedRound } from './lost-tails-picture.ts';
import { plainRound, type PlainRound } from './plain-logs.ts';
import { median } from './side.ts';

/** About 320 kB a pod with short lines; more with long ones, of which a runtime copies more bytes a second. */
const LINES: Readonly<Record<number, number>> = { 8: 40_000, 80: 20_000, 4096: 500 };
const SETTLED_WITHIN_MS = 300_000;
const TARGET = 1.15;
/** `Costs` are nanoseconds a byte; of so many bytes they are seconds. */
const SECONDS = 1e9;

const numbers = (name: string, fallback: string): number[] => (process.env[name] ?? fallback).split(',').map(Number);
const rounds = numbers('LACUNA_ROUNDS', '5')[0]!;
const runtimes = (process.env['LACUNA_RUNTIMES'] ?? 'own,2').split(',') as ('own' | '2')[];

const results: Result[] = [];
for (const containerd of runtimes) {
  await using cluster = await startRealCluster({ containerd });
  const runtime = await versionOf(containerd);
  for (const pods of numbers('LACUNA_PODS', '30'))
    for (const line of numbers('LACUNA_LINES', '8'))
      results.push(await compare(cluster, runtime, pods, { line, lines: LINES[line]! }));
}
const main = results.filter(({ pods, line }) => pods === 30 && line === 8);
if (main.length === 2)
  await writeFile(new URL('../../docs/lost-tails.svg', import.meta.url), lostTailsPicture(main, process.version));
if (
  results.some(({ pods, lacuna, lacunaOfFiles }) => [...lacuna, ...lacunaOfFiles].some(({ sealed }) => sealed < pods))
)
  process.exitCode = 1;

async function compare(cluster: RealCluster, runtime: string, pods: number, talk: Talk): Promise<Result> {
  const { controlPlane } = cluster;
  using api = await ApiClient.open({ controlPlane, token: controlPlane.admin.token }, 2 * pods + 4);
  const [plain, lacuna, lacunaOfFiles]: [PlainRound[], SealedRound[], SealedRound[]] = [[], [], []];
  const [plainCosts, costs, costsOfFiles] = [new Costs(SECONDS), new Costs(SECONDS), new Costs(SECONDS)];
  const env = { LACUNA_CAPACITY: String(pods) };
  const files = { ...env, LACUNA_NODE_FILES: 'true' };
  for (let round = 0; round < rounds; round++) {
    plain.push(await plainCosts.of(() => plainRound(api, pods, talkative(talk), sha256Of(talk))));
    lacuna.push(await lacunaRound(cluster, env, (system) => costs.of(() => sealedRound(system, pods, talk))));
    lacunaOfFiles.push(
      await lacunaRound(cluster, files, (system) => costsOfFiles.of(() => sealedRound(system, pods, talk))),
    );
  }
  const result = { runtime, pods, line: talk.line, plain, lacuna, lacunaOfFiles };
  print(result);
  console.log(`  seconds of CPU: kubectl, its reading again and the removal too: ${plainCosts.text()}
    Lacuna: ${costs.text()}
    Lacuna, files of nodes: ${costsOfFiles.text()}`);
  return result;
}

/** What is done by services of their own that have run an evaluation before. */
async function lacunaRound(
  cluster: RealCluster,
  env: Readonly<Record<string, string>>,
  round: (system: System) => Promise<SealedRound>,
): Promise<SealedRound> {
  await using system = await cluster.system({ LACUNA_LOG_LEVEL: 'error', ...env });
  await sealedRound(system, 1, { line: 8, lines: 1 });
  // Before the services are stopped.
  return await round(system);
}

/** As many evaluations of the same command. */
async function sealedRound({ client }: System, count: number, talk: Talk): Promise<SealedRound> {
  const begin = Date.now();
  const spec = { image: BUSYBOX_IMAGE, command: talkative(talk), report: 'none' } as const;
  const submitted = await Promise.all(Array.from({ length: count }, () => client.submit(spec)));
  const signal = AbortSignal.timeout(SETTLED_WITHIN_MS);
  // As a watch on the other side: asking again and again would take a part of the machine.
  const views = await Promise.all(submitted.map(({ id }) => client.waitUntilSettled(id, { signal })));
  const ms = Date.now() - begin;
  const stages = views.flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.stages));
  const ends = stages.flatMap(({ stage, to }) => (stage === 'container.run' && to !== undefined ? [to] : []));
  const isSealed = ({ verdict, evidence }: EvaluationView): boolean =>
    verdict === 'passed' && evidence?.log === 'sealed' && evidence.logSha256 === sha256Of(talk);
  for (const view of views.filter((one) => !isSealed(one))) console.log(`  not sealed: ${view.id} ${view.reason}`);
  return { sealed: views.filter(isSealed).length, endedMs: Math.max(...ends) - begin, ms };
}

function print({ runtime, pods, line, plain, lacuna, lacunaOfFiles }: Result): void {
  const list = <R>(all: readonly R[], textOf: (round: R) => string | number): string => all.map(textOf).join(', ');
  const seconds = (ms: number): string => (ms / 1_000).toFixed(0);
  const times = (all: readonly SealedRound[], msOf: (round: SealedRound) => number): string => {
    const ratio = median(all.map((one, round) => msOf(one) / plain[round]!.ms));
    const met = ratio <= TARGET ? 'met' : 'MISSED';
    return `${list(all, (one) => seconds(msOf(one)))} s, ${ratio.toFixed(2)} × (target ≤ ${TARGET}: ${met})`;
  };
  const ours = (all: readonly SealedRound[]): string => `sealed ${list(all, ({ sealed }) => sealed)}
    to the end of the last container  ${times(all, ({ endedMs }) => endedMs)}
    to the last verdict               ${times(all, ({ ms }) => ms)}`;
  console.log(`${runtime}, ${pods} pods at once, lines of ${line} bytes, ${plain.length} rounds
  kubectl logs --follow  whole ${list(plain, ({ followed }) => followed)}; read again after the end ${list(plain, ({ reread }) => reread)}; ${list(plain, ({ ms }) => seconds(ms))} s
  Lacuna                 ${ours(lacuna)}
  Lacuna, files of nodes ${ours(lacunaOfFiles)}`);
}

async function versionOf(containerd: 'own' | '2'): Promise<string> {
  const found = containerd === 'own' ? 'containerd' : await resolveBinary('containerd', { build: false });
  const path = typeof found === 'string' ? found : found.kind === 'found' ? found.path : '';
  const version = /\bv?(\d+\.\d+\.\d+)/.exec(execFileSync(path, ['--version']).toString())?.[1];
  return `containerd ${version}`;
}
