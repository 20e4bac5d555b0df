/** What the seal helper costs a command: throughput, start and memory, with it and without it in turn. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_ARCHITECTURE, resolveSeal } from '@lacuna/seal';
import { eventually, tempDir } from '@lacuna/testing';
import { median } from './side.ts';

const ROUNDS = 5;
const BYTES = 2_000_000_000;
const STARTS = 200;
const TARGETS = { mbPerSecond: 500, startMs: 5, rssKb: 2_048 };

const found = await resolveSeal();
if (found.kind === 'unavailable') throw new Error(found.message);
await using dir = await tempDir();
const seal = `${found.paths[OWN_ARCHITECTURE]} --message ${join(dir.path, 'message')} --`;

const judge = (met: boolean): string => (met ? 'met' : 'MISSED');
const figures = (values: readonly number[], digits = 0): string =>
  values.map((value) => value.toFixed(digits)).join(', ');

const plain: number[] = [];
const sealed: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  plain.push(throughput(''));
  sealed.push(throughput(seal));
}
const ratio = median(sealed.map((rate, round) => rate / plain[round]!));
console.log(
  `throughput into a pipe: ${figures(sealed)} MB/s against ${figures(plain)} MB/s, ratio ${(100 * ratio).toFixed(0)} % (target ${TARGETS.mbPerSecond} MB/s: ${judge(median(sealed) >= TARGETS.mbPerSecond)})`,
);

const startMs = Array.from({ length: STARTS }, () => milliseconds(`${seal} true`) - milliseconds('true'));
console.log(
  `start and end of a command: ${median(startMs).toFixed(2)} ms more, median of ${STARTS} pairs (target ${TARGETS.startMs} ms: ${judge(median(startMs) <= TARGETS.startMs)})`,
);

const rssKb = await peakRss();
console.log(`peak RSS after 1 GB: ${rssKb} kB (target ${TARGETS.rssKb} kB: ${judge(rssKb <= TARGETS.rssKb)})`);

/** Megabytes a second. */
function throughput(under: string): number {
  return BYTES / 1_000 / milliseconds(`${under} head -c ${BYTES} /dev/zero | cat >/dev/null`);
}

function milliseconds(script: string): number {
  const begin = performance.now();
  // `exec` would leave out the pipe; without one the shell becomes the command by itself.
  const { status } = spawnSync('sh', ['-c', script], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return performance.now() - begin;
}

async function peakRss(): Promise<number> {
  const script = `${seal} sh -c 'head -c 1000000000 /dev/zero; echo done >&2; sleep 60'`;
  const child = spawn('sh', ['-c', `exec ${script}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await eventually('all is read', () => bytes > 1_000_000_000 || undefined, { withinMs: 60_000 });
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  child.kill();
  await once(child, 'exit');
  return Number(peak);
}
