/**
 * What becomes of the ends of logs when pods end at once on a busy node: `kubectl logs --follow`, and Lacuna, in turn on the same node, on
 * the machine's containerd and on version 2. Writes the picture in docs/ when it ran as it is meant to: 30 pods, lines of 8 bytes, both.
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
import { lostTailsPicture, type Result } from './lost-tails-picture.ts';
import { plainRound } from './plain-logs.ts';
import { median } from './side.ts';

/** About 320 kB a pod with short lines; more with long ones, of which a runtime copies more bytes a second. */
const LINES: Readonly<Record<number, number>> = { 8: 40_000, 80: 20_000, 4096: 500 };
const SETTLED_WITHIN_MS = 300_000;
const TARGET = 1.15;

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
if (results.some(({ sealed, pods }) => sealed.some((count) => count < pods))) process.exitCode = 1;

async function compare(cluster: RealCluster, runtime: string, pods: number, talk: Talk): Promise<Result> {
  const { controlPlane } = cluster;
  using api = await ApiClient.open({ controlPlane, token: controlPlane.adminToken }, 2 * pods + 4);
  await using system = await cluster.system({ LACUNA_CAPACITY: String(pods), LACUNA_LOG_LEVEL: 'error' });
  await lacunaRound(system, 1, talk);
  const result = {
    runtime,
    pods,
    line: talk.line,
    followed: [],
    reread: [],
    sealed: [],
    plainMs: [],
    endedMs: [],
    sealedMs: [],
  } as Mutable<Result>;
  for (let round = 0; round < rounds; round++) {
    const plain = await plainRound(api, pods, talkative(talk), sha256Of(talk));
    const ours = await lacunaRound(system, pods, talk);
    result.followed.push(plain.followed);
    result.reread.push(plain.reread);
    result.plainMs.push(plain.ms);
    result.sealed.push(ours.sealed);
    result.endedMs.push(ours.endedMs);
    result.sealedMs.push(ours.ms);
  }
  print(result);
  return result;
}

interface SealedRound {
  readonly sealed: number;
  /** From the first submission to the end of the last container, by the clock of its node, which tells whole seconds. */
  readonly endedMs: number;
  /** To the last verdict. */
  readonly ms: number;
}

/** As many evaluations of the same command. */
async function lacunaRound({ client }: System, count: number, talk: Talk): Promise<SealedRound> {
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

function print({ runtime, pods, line, followed, reread, sealed, plainMs, endedMs, sealedMs }: Result): void {
  const seconds = (all: readonly number[]): string => all.map((ms) => (ms / 1_000).toFixed(0)).join(', ');
  const ratioOf = (all: readonly number[]): string => {
    const ratio = median(all.map((ms, round) => ms / plainMs[round]!));
    return `${ratio.toFixed(2)} × (target ≤ ${TARGET}: ${ratio <= TARGET ? 'met' : 'MISSED'})`;
  };
  console.log(`${runtime}, ${pods} pods at once, lines of ${line} bytes, ${sealed.length} rounds
  kubectl logs --follow  whole ${followed.join(', ')}; read again after the end ${reread.join(', ')}; ${seconds(plainMs)} s
  Lacuna                 sealed ${sealed.join(', ')}
    to the end of the last container  ${seconds(endedMs)} s, ${ratioOf(endedMs)}
    to the last verdict               ${seconds(sealedMs)} s, ${ratioOf(sealedMs)}`);
}

async function versionOf(containerd: 'own' | '2'): Promise<string> {
  const found = containerd === 'own' ? 'containerd' : await resolveBinary('containerd', { build: false });
  const path = typeof found === 'string' ? found : found.kind === 'found' ? found.path : '';
  const version = /\bv?(\d+\.\d+\.\d+)/.exec(execFileSync(path, ['--version']).toString())?.[1];
  return `containerd ${version}`;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
