import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { eventually, tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problem, run, seal, shell } from './support/run-seal.ts';

interface Given {
  /** What the termination message says of the spool. */
  readonly told: Readonly<Record<string, unknown>> | undefined;
  /** What it gave of the output: the first byte's place, and the bytes. */
  readonly from: number | undefined;
  readonly log: Buffer;
  readonly report: Buffer;
  readonly reportSeal: string | undefined;
}

/** Runs the sidecar on a folder until it has given out everything. */
async function keep(folder: string, spool: number | undefined): Promise<Given> {
  const message = join(folder, 'keeper-message');
  const options = spool === undefined ? [] : ['--spool', String(spool)];
  const child = spawn(seal(), ['--message', message, ...options, '--keep', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = buffer(child.stdout);
  // Before it waits for TERM that would end it.
  const blocked = () => /^SigBlk:\t0*4002$/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
  await eventually('it waits', () => blocked() || undefined);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(0);
  return parsed((await output).toString('latin1'), message);
}

function parsed(text: string, message: string): Given {
  const lines = text.split('\n');
  expect(lines.slice(-2)).toEqual(['end', '']);
  const of = (kind: string) => lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(' '));
  let from: number | undefined;
  const bytesOf = (kind: string): Buffer => {
    let at: number | undefined;
    const parts = of(kind).map(([, offset, base64 = '']) => {
      const bytes = Buffer.from(base64, 'base64');
      expect(Number(offset)).toBe(at ?? Number(offset));
      if (kind === 'log') from ??= Number(offset);
      at = Number(offset) + bytes.length;
      return bytes;
    });
    return Buffer.concat(parts);
  };
  const told = existsSync(message) ? (JSON.parse(readFileSync(message, 'utf8')) as Given['told']) : undefined;
  const [log, report] = [bytesOf('log'), bytesOf('report')];
  return { told, from, log, report, reportSeal: lines.find((line) => line.startsWith('report-seal '))?.slice(12) };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(problem !== undefined)('what the seal helper leaves for its sidecar', () => {
  test('the newest bytes of whatever was written, and the count and hash of all', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 150_000 }),
        fc.uint8Array({ minLength: 1, maxLength: 50 }),
        async (pieces, limit, seed) => {
          await using dir = await tempDir();
          // Differs everywhere, so that a byte in the wrong place shows.
          const script = pieces.map((size, i) => `seq ${i}${seed[0]} 1 9999999 | head -c ${size}`).join('; ');
          const { stdout } = await run(shell(script || ':'), {
            options: ['--folder', dir.path, '--spool', String(limit)],
          });
          const from = Math.max(0, stdout.length - limit);
          const given = await keep(dir.path, limit);
          expect(given.told).toEqual({
            v: 1,
            from,
            bytes: stdout.length,
            lines: stdout.filter((byte) => byte === 0x0a).length,
            sha256: sha256(stdout),
          });
          expect(given.log.equals(stdout.subarray(from))).toBe(true);
          expect(given.from ?? from).toBe(from);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('all that the helper had read when it was killed, also what nobody has read of its output', async () => {
    await using dir = await tempDir();
    const options = ['--message', join(dir.path, 'message'), '--folder', dir.path, '--spool', '1000000'];
    const script = `head -c 300000 /dev/zero; echo done >&2; sleep 60`;
    // Its pipe is never read: the helper stands in its write, with more than that read from the command.
    const child = spawn(seal(), [...options, '--', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const spooled = () =>
      existsSync(join(dir.path, 'log')) ? readFileSync(join(dir.path, 'log')).readBigUInt64LE(8) : 0n;
    let [before, since] = [-1n, 0];
    await eventually('nothing more is read', () => {
      const now = spooled();
      if (now !== before) [before, since] = [now, performance.now()];
      return (now > 65_536n && performance.now() - since > 1_000) || undefined;
    });
    child.kill('SIGKILL');
    process.kill(-child.pid!, 'SIGKILL');
    await once(child, 'exit');
    const counted = Number(spooled());
    const taken = await buffer(child.stdout);
    const { told, log } = await keep(dir.path, 1_000_000);
    expect(log.length).toBe(counted);
    expect(log.length).toBeGreaterThanOrEqual(taken.length);
    expect(told).toMatchObject({ from: 0, bytes: log.length, sha256: sha256(log) });
  });

  test('a spool that can not be made, or has no room, is told and never a part passed for the whole', async () => {
    await using dir = await tempDir();
    const { code, stdout } = await run(shell('echo on'), {
      options: ['--folder', join(dir.path, 'none'), '--spool', '1000'],
    });
    expect([code, stdout.toString()]).toEqual([0, 'on\n']);
    mkdirSync(join(dir.path, 'none'));
    expect((await keep(join(dir.path, 'none'), 1_000)).told).toEqual({ v: 1, error: 'the helper left no spool' });
    const full = join(dir.path, 'full');
    mkdirSync(full);
    const under = ['bash', '-c', 'ulimit -f 100; trap "" XFSZ; exec "$@"', 'bash'];
    const ran = await run(shell('head -c 400000 /dev/zero'), {
      under,
      options: ['--folder', full, '--spool', '1000000'],
    });
    expect([ran.code, ran.stdout.length, ran.seal?.bytes]).toEqual([0, 400_000, 400_000]);
    expect((await keep(full, 1_000_000)).told).toMatchObject({ error: 'FBIG' });
  });

  test('a sidecar without a spool says nothing of one', async () => {
    await using dir = await tempDir();
    expect(await keep(dir.path, undefined)).toMatchObject({ told: undefined, reportSeal: undefined });
  });

  const reported = async (script: string, path = 'r.xml') => {
    await using dir = await tempDir();
    await run(shell(script), { options: ['--folder', dir.path, '--report', path], cwd: dir.path });
    const { reportSeal, ...given } = await keep(dir.path, undefined);
    return { ...given, reportSeal: reportSeal?.replace(dir.path, 'FOLDER') };
  };

  test('a report file, with its hash', async () => {
    const { report, reportSeal } = await reported('seq 1 100000 | tee r.xml >/dev/null');
    const written = spawnSync('seq', ['1', '100000']).stdout;
    expect(report.equals(written)).toBe(true);
    expect(reportSeal).toBe(`sealed ${written.length} ${sha256(written)}`);
    expect(await reported(': > r.xml')).toMatchObject({
      report: Buffer.alloc(0),
      reportSeal: `sealed 0 ${sha256(Buffer.alloc(0))}`,
    });
  });

  test.each([
    ['is not there', ':', 'r.xml', 'there was no report file r.xml in FOLDER when the command had ended'],
    ['is not there', ':', '/r.xml', 'there was no report file /r.xml when the command had ended'],
    ['is no file', 'mkdir r.xml', 'r.xml', 'the report file r.xml is not a regular file'],
    ['is a pipe', 'mkfifo r.xml', 'r.xml', 'the report file r.xml is not a regular file'],
    ['is older', 'touch -t 200001010000 r.xml', 'r.xml', 'the report file r.xml was written before the command began'],
    [
      'is too large',
      'truncate -s 70000000 r.xml',
      'r.xml',
      'the report file r.xml has 70000000 bytes; the limit is 67108864',
    ],
    ['has a name of two lines', ':', 'a\nb', 'there was no report file a?b in FOLDER when the command had ended'],
  ])('why there is no report file that %s', async (_, script, path, why) => {
    expect(await reported(script, path)).toMatchObject({ reportSeal: `none ${why}`, report: Buffer.alloc(0) });
  });

  test('a report file that something left behind still writes is none', async () => {
    // Large, so that it is written to while it is copied.
    const begun = 'until [ $(stat -c %s r.xml) -gt 52428800 ]; do sleep 0.01; done';
    const writer = `truncate -s 50M r.xml; (exec >&- 2>&-; while :; do echo x >>r.xml; done) & ${begun}; echo $!`;
    await using dir = await tempDir();
    const { stdout } = await run(shell(writer), {
      options: ['--folder', dir.path, '--report', 'r.xml'],
      cwd: dir.path,
    });
    const given = await keep(dir.path, undefined);
    process.kill(Number(stdout.toString()), 'SIGKILL');
    expect(given.reportSeal).toBe('none the report file r.xml was still being written when the command had ended');
  });
});
