import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counted } from './support/counted.ts';
import { paths, problem, run, shell, untilSleeps } from './support/run-seal.ts';

describe.skipIf(problem !== undefined)(`the seal helper${problem === undefined ? '' : ` (${problem})`}`, () => {
  test('passes on and counts every byte, in the order of both streams, however they come', async () => {
    const chunk = fc.record({ bytes: fc.uint8Array({ maxLength: 300, size: 'max' }), stream: fc.constantFrom(1, 2) });
    const output = fc.array(chunk, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(output, async (chunks) => {
        await using dir = await tempDir();
        chunks.forEach(({ bytes }, index) => writeFileSync(join(dir.path, `${index}`), bytes));
        const script = chunks.map(({ stream }, index) => `cat ${join(dir.path, `${index}`)} >&${stream}`).join('; ');
        const result = await run(shell(script || ':'));
        const all = Buffer.concat(chunks.map(({ bytes }) => bytes));
        expect(result.stdout.equals(all)).toBe(true);
        expect(result.seal).toMatchObject({ v: 1, ...counted(all), exitCode: 0 });
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ['nothing at all', ':', ''],
    ['no final newline', 'printf "a\\nb"', 'a\nb'],
    ['NULs', 'printf "\\0\\0\\n"', '\0\0\n'],
  ])('of %s', async (_, script, output) => {
    const result = await run(shell(script));
    expect(result.stdout.toString()).toBe(output);
    expect(result.seal).toMatchObject(counted(Buffer.from(output)));
    expect(result.seal?.lateWriters).toBeUndefined();
  });

  test('counts a large output as node does', async () => {
    const result = await run(shell('head -c 50000000 /dev/urandom'));
    expect(result.seal).toMatchObject(counted(result.stdout));
    expect(result.stdout.length).toBe(50_000_000);
  });

  test('passes on twice the carriage return before each newline, for a runtime that takes one away, and counts it once', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (parts) => {
        // Apart in time, so that a pair may come in two pieces.
        const script = parts.map((part) => `printf '${part.replaceAll('\r', '\\r').replaceAll('\n', '\\n')}'`);
        const result = await run(shell(script.join('; sleep 0.005; ') || ':'), { options: ['--returns', '2'] });
        const written = parts.join('');
        expect(result.stdout.toString()).toBe(written.replaceAll('\r\n', '\r\r\n'));
        expect(result.seal).toMatchObject(counted(Buffer.from(written)));
        expect(result.seal?.returns).toBe(written.split('\r\n').length - 1 || undefined);
      }),
      { numRuns: 25 },
    );
  });

  test.each([0, 1_023, 1_024, 16_383, 16_384, 1_000_000])(
    'tells the hashes of what came before some places of %i bytes',
    async (bytes) => {
      const { seal: told, stdout } = await run(shell(`head -c ${bytes} /dev/urandom`));
      const { every, sha256 } = told?.checkpoints ?? { every: 1_024, sha256: [] };
      expect(sha256).toEqual(
        Array.from({ length: Math.floor(bytes / every) }, (_, i) =>
          counted(stdout.subarray(0, (i + 1) * every)).sha256.slice(0, 16),
        ),
      );
      expect(sha256.length).toBeLessThan(16);
      expect(sha256.length).toBeGreaterThanOrEqual(Math.min(8, Math.floor(bytes / 1_024)));
    },
  );

  test('says when the command ended, and keeps the clock that it goes by', async () => {
    const before = Date.now();
    const { endedAt = 0, drainMs, lingerMs } = (await run(shell('sleep 0.05'))).seal ?? {};
    expect(endedAt).toBeGreaterThan(before + 49);
    expect(endedAt).toBeLessThanOrEqual(Date.now() + 1);
    expect([drainMs, lingerMs]).toEqual([expect.any(Number), expect.any(Number)]);
  });

  test('waits for what still writes after the command, within a bound', async () => {
    const result = await run(shell('(sleep 0.1; echo late) & echo early'), { options: ['--late-ms', '20000'] });
    expect(result.stdout.toString()).toBe('early\nlate\n');
    expect(result.seal?.lateWriters).toBeUndefined();
  });

  test('names late writers, and seals what they had written until the bound', async () => {
    const result = await run(shell(`exec 3>&1; (exec 1>&- 2>&-; sleep 60 & echo $! >&3; ${untilSleeps}); echo x`), {
      options: ['--late-ms', '50'],
    });
    const pid = Number(result.stdout.toString().split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    expect(result.seal).toMatchObject({ lateWriters: true, exitCode: 0, ...counted(result.stdout) });
    expect(result.seal?.lateWriterNames).toContain(`sleep (${pid})`);
  });

  test('both programs are static, for their processor, and small enough for a ConfigMap', () => {
    const machines = { amd64: 62, arm64: 183 };
    for (const [architecture, path] of Object.entries(paths)) {
      const file = readFileSync(path);
      expect(file.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
      expect(file.readUInt16LE(18)).toBe(machines[architecture as keyof typeof machines]);
      expect(file.includes('/ld-')).toBe(false);
      expect(file.length).toBeLessThan(100_000);
    }
  });
});
