import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counted, recordsOf } from './support/counted.ts';
import { problem, seal, sealIn } from './support/run-seal.ts';

const DATA = randomFillSync(Buffer.alloc(400_000));

/** A run takes some hundredths of a second. */
const WITHIN_MS = 15_000;

/** One run: what the command does, who reads it and how, and what disturbs it. */
const runs = fc.record({
  writes: fc.array(
    fc.record({
      bytes: fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(150_000)),
      stream: fc.constantFrom(1, 2),
      pause: fc.constantFrom('', '', 'sleep 0.002; '),
    }),
    { maxLength: 6 },
  ),
  /** What it leaves behind, which writes a little later than its end. */
  late: fc.option(fc.nat(3_000)),
  end: fc.oneof(fc.nat(255), fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGSEGV', 'SIGUSR2')),
  /** How long its reader waits before each piece. */
  readerMs: fc.constantFrom(0, 0, 1, 3),
  signals: fc.array(fc.constantFrom('SIGUSR1', 'SIGHUP', 'SIGWINCH', 'SIGCHLD'), { maxLength: 5 }),
  /** stdout and stderr as two streams. */
  isApart: fc.boolean(),
  /** Carriage returns before a newline are passed on so many times. */
  returns: fc.constantFrom(1, 2),
  spool: fc.option(fc.integer({ min: 1, max: 300_000 })),
  linger: fc.nat(5),
});
type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

/** The script of a run, the files that it writes out, and what comes of it by the model: on stdout, and on stderr when it is apart. */
function scriptOf({ writes, late, end, isApart }: Run) {
  const sizes = [...writes.map(({ bytes }) => bytes), ...(late === null ? [] : [late])];
  let at = 0;
  const pieces = sizes.map((bytes) => DATA.subarray(at, (at += bytes)));
  const steps = writes.map(({ stream, pause }, i) => `${pause}cat ${i} >&${stream}`);
  const behind = late === null ? [] : [`(sleep 0.02; cat ${writes.length}) &`];
  const ending = typeof end === 'number' ? `exit ${end}` : `kill -${constants.signals[end as NodeJS.Signals]} $$`;
  // Signals that are passed on must change nothing for a command that does not mind them.
  const on = (wanted: number) => pieces.filter((_, i) => (isApart ? (writes[i]?.stream ?? 1) : 1) === wanted);
  return {
    script: ['trap : USR1 HUP', ...steps, ...behind, ending].join('\n'),
    pieces,
    expected: [Buffer.concat(on(1)), Buffer.concat(on(2))] as const,
  };
}

/** Of two streams the order of both together is not known, unless one is empty. */
function sealOfStreams([stdout, stderr]: readonly [Buffer, Buffer], isApart: boolean) {
  const { sha256, ...all } = counted(Buffer.concat([stdout, stderr]));
  const isOrdered = stdout.length === 0 || stderr.length === 0;
  const each = { stdout: counted(stdout), stderr: counted(stderr), records: recordsOf([stdout, stderr]) };
  return { ...all, ...(isOrdered && { sha256 }), ...(isApart && { streams: each }) };
}

function withReturns(stream: Buffer, returns: number): Buffer {
  return Buffer.from(stream.toString('latin1').replaceAll('\r\n', `${'\r'.repeat(returns)}\n`), 'latin1');
}

async function read(stream: Readable, waitMs: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) {
    pieces.push(piece as Buffer);
    if (waitMs > 0) await sleep(waitMs);
  }
  return Buffer.concat(pieces);
}

async function play(run: Run, folder: string) {
  const message = join(folder, 'message');
  const spool = run.spool === null ? [] : ['--folder', folder, '--spool', String(run.spool)];
  const streams = ['--streams', run.isApart ? '2' : '1', '--returns', String(run.returns)];
  const options = ['--message', message, ...streams, '--late-ms', '10000', '--linger', String(run.linger), ...spool];
  const { script, pieces, expected } = scriptOf(run);
  for (const [i, piece] of pieces.entries()) writeFileSync(join(folder, `${i}`), piece);
  const child = spawn(seal(), [...options, '--', 'bash', '-c', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, to be ended as a whole: what hangs fails the test and is left nowhere.
    detached: true,
  });
  const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), WITHIN_MS);
  const reading = Promise.all([read(child.stdout, run.readerMs), read(child.stderr, run.readerMs)]);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  // Before it has its handlers a signal would end the helper, as it would end the command.
  await Promise.race([exit, once(child.stdout, 'readable'), once(child.stderr, 'readable')]);
  for (const signal of run.signals) child.kill(signal);
  const [code] = await exit;
  clearTimeout(late);
  return { code, expected, received: await reading, told: await sealIn(message) };
}

describe.skipIf(problem !== undefined)('the seal helper against a model', () => {
  test('however it is written, read and disturbed, output, seal and exit code are those of the command', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        await using dir = await tempDir();
        const { code, expected, received, told } = await play(run, dir.path);
        const passedOn = expected.map((stream) => withReturns(stream, run.returns));
        expect(received.map((stream, i) => stream.equals(passedOn[i]!))).toEqual([true, true]);
        const { end } = run;
        const number = constants.signals[end as NodeJS.Signals] as number | undefined;
        expect(code).toBe(number === undefined ? end : 128 + number);
        expect(told).toMatchObject({
          ...sealOfStreams(expected, run.isApart),
          ...(number === undefined ? { exitCode: end } : { signal: end }),
        });
        expect(told?.lateWriters).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});
