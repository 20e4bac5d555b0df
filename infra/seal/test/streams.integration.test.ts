import { closeSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { counted, recordsOf } from './support/counted.ts';
import { problem, run as runSeal, shell, untilSleeps, type RunOptions } from './support/run-seal.ts';

const run = (script: string, { options = [], ...more }: RunOptions = {}) =>
  runSeal(shell(script), { options: ['--streams', '2', ...options], ...more });

/** What a seal says of two streams that ended so. */
function told(stdout: Buffer | string, stderr: Buffer | string, tails: readonly [number, number]) {
  const [out, err] = [Buffer.from(stdout), Buffer.from(stderr)];
  return {
    stdout: { ...counted(out), tail: tails[0] },
    stderr: { ...counted(err), tail: tails[1] },
    records: recordsOf([out, err]),
  };
}

describe.skipIf(problem !== undefined)('the seal helper with two streams', () => {
  test.for<[what: string, script: string, stdout: string, stderr: string, tails: readonly [number, number]]>([
    ['nothing on either', ':', '', '', [0, 0]],
    ['nothing on stdout', 'echo e >&2', '', 'e\n', [0, 0]],
    ['ends without newline', 'echo o; printf oo; echo e >&2; printf eee >&2', 'o\noo', 'e\neee', [2, 3]],
    ['empty lines', 'printf "\\n\\n"; printf "\\n" >&2', '\n\n', '\n', [0, 0]],
  ])('passes on and counts each: %s', async ([, script, stdout, stderr, tails]) => {
    const result = await run(script);
    expect([result.stdout.toString(), result.stderr.toString()]).toEqual([stdout, stderr]);
    expect(result.seal).toMatchObject({ bytes: stdout.length + stderr.length, streams: told(stdout, stderr, tails) });
  });

  test.each([16_383, 16_384, 16_385, 32_768, 40_000])('of a line of %i bytes', async (bytes) => {
    const line = 'x'.repeat(bytes);
    const write = `head -c ${bytes} /dev/zero | tr '\\0' x`;
    expect((await run(`${write}; echo`)).seal?.streams).toEqual(told(`${line}\n`, '', [0, 0]));
    expect((await run(write)).seal?.streams).toEqual(told(line, '', [bytes % 16_384 || 16_384, 0]));
  });

  test('of 20 MB on each at once', async () => {
    const result = await run('head -c 20000000 /dev/urandom & head -c 20000000 /dev/urandom >&2; wait');
    const { stdout, stderr } = result;
    expect(result.seal).toMatchObject({
      bytes: 40_000_000,
      streams: { stdout: counted(stdout), stderr: counted(stderr), records: recordsOf([stdout, stderr]) },
    });
  });

  test('one that cannot be written is counted, and does not hold up the other', async () => {
    const full = openSync('/dev/full', 'w');
    const result = await run('echo lost; echo e >&2; exit 3', { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect([result.code, result.stderr.toString()]).toEqual([3, 'e\n']);
    expect(result.seal?.streams).toEqual(told('lost\n', 'e\n', [0, 0]));
  });

  test('one that nobody reads any more ends its writer, and not the other stream', async () => {
    const under = ['bash', '-c', '"$@" 2> >(cat >&2) | head -c 3 >/dev/null; exit ${PIPESTATUS[0]}', 'bash'];
    const script = '(yes; echo writer ended >&2); echo on >&2; exit 4';
    expect((await run(script, { under })).code).toBe(4);
  });

  test('names what holds either of them at the bound', async () => {
    const holder = `(exec 1>&-; sleep 60 & echo $! >&2; ${untilSleeps})`;
    const result = await run(`${holder}; echo x`, { options: ['--late-ms', '50'] });
    const pid = Number(result.stderr.toString());
    process.kill(pid, 'SIGKILL');
    expect(result.seal).toMatchObject({ lateWriters: true, lateWriterNames: [`sleep (${pid})`] });
  });

  test('a program that is not there is told on stderr', async () => {
    const result = await runSeal(['/no/such/program'], { options: ['--streams', '2'] });
    expect(result.seal?.streams).toEqual(told('', result.stderr, [0, 0]));
    expect(result.stderr.toString()).toMatch(/^seal: cannot start/);
  });
});
