import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counted } from './support/counted.ts';
import { problem, run, seal, sealIn, shell } from './support/run-seal.ts';

const OPTIONS = [
  '--streams',
  '--returns',
  '--message',
  '--late-ms',
  '--limit-ms',
  '--grace-ms',
  '--linger',
  '--max-linger-ms',
  '--folder',
  '--spool',
  '--report',
];
const isRoot = process.getuid?.() === 0;
/** Makes the helper process 1 of a pid namespace, as it is in a container. */
const AS_PID_1 = ['unshare', '--pid', '--fork', '--kill-child'];

describe.skipIf(problem !== undefined)(
  `the command under the seal helper${problem === undefined ? '' : ` (${problem})`}`,
  () => {
    test.each([0, 1, 7, 126, 127, 137, 255])('keeps exit code %i', async (code) => {
      const result = await run(shell(`exit ${code}`));
      expect([result.code, result.seal?.exitCode, result.seal?.signal]).toEqual([code, code, undefined]);
    });

    test.each(['SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGABRT', 'SIGHUP', 'SIGXCPU'] as const)(
      'tells that %s ended the command',
      async (signal) => {
        const result = await run(shell(`kill -${os.signals[signal]} $$`));
        expect([result.code, result.seal?.exitCode, result.seal?.signal]).toEqual([
          128 + os.signals[signal],
          undefined,
          signal,
        ]);
      },
    );

    test.each(['SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGHUP'] as const)('passes %s on to the command', async (signal) => {
      const name = signal.slice(3);
      const result = await run(
        shell(`trap 'echo got ${name}; exit 3' ${name}; kill -${name} $PPID; while :; do sleep 0.01; done`),
      );
      expect([result.code, result.stdout.toString()]).toEqual([3, `got ${name}\n`]);
    });

    test('a command that closed its output is waited for', async () => {
      const result = await run(shell('exec >&- 2>&-; sleep 0.1; exit 4'));
      expect([result.code, result.seal?.bytes]).toEqual([4, 0]);
    });

    test.each([
      ['is not there', ['/no/such/program'], 127, 'no such file'],
      ['is not on PATH', ['no-such-program'], 127, 'no such file'],
      ['may not be executed', ['/etc/passwd'], 126, 'permission denied'],
      ['is a folder', ['/etc'], 126, 'permission denied'],
    ])('a program that %s is told in the log and in the seal, as no end of its own', async (_, command, code, why) => {
      const result = await run(command);
      expect(result.code).toBe(code);
      expect(result.stderr.toString()).toMatch(new RegExp(`^seal: cannot start ${command[0]}: ${why}.*\n$`));
      expect(result.seal).toMatchObject({
        exitCode: code,
        startError: expect.stringContaining(why),
        ...counted(result.stderr),
      });
    });

    test('any name of a program makes valid JSON', async () => {
      const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }).filter((text) => !text.includes('\0'));
      await fc.assert(
        fc.asyncProperty(name, async (text) => {
          const { code, seal: told } = await run([`/nowhere/"\\\n${text}`]);
          expect([code, told?.startError !== undefined]).toEqual([127, true]);
        }),
        { numRuns: 15 },
      );
    });

    test('whatever it is given, it runs the command or tells its usage', async () => {
      const word = fc.oneof(
        fc.constantFrom(...OPTIONS, '-1', '99999999999999999999', '', '0', '.', '4096'),
        fc.string({ maxLength: 20 }).filter((text) => !text.includes('\0') && text !== '--'),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (options) => {
          const { code, signal } = await run(['true'], {
            options: options.filter((option) => !option.startsWith('/')),
          });
          expect(signal).toBeNull();
          expect([0, 2]).toContain(code);
        }),
        { numRuns: 30 },
      );
    });

    test('for the command nothing is different: limits, signals, files, env, folder', async () => {
      const look = shell(
        'ulimit -a; grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status; ls /proc/self/fd | wc -l; env | sort | grep -v ^_=; pwd; umask',
      );
      const env = { PATH: process.env['PATH'] ?? '', TEXT: 'a b\nc' };
      const [program = '', ...args] = look;
      const plain = execFileSync(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).toString();
      expect((await run(look, { env, cwd: process.cwd() })).stdout.toString()).toBe(plain);
    });

    test('a signal that was ignored stays ignored', async () => {
      const ignored = ['sh', '-c', 'trap "" HUP; exec "$@"', 'sh'];
      const result = await run(shell('kill -HUP $$; kill -HUP $PPID; echo on'), { under: ignored });
      expect([result.code, result.stdout.toString()]).toEqual([0, 'on\n']);
    });

    describe.skipIf(!isRoot)('as process 1', () => {
      test('ends late writers with the command, as the kernel would end them', async () => {
        const endless = '(while :; do echo x; sleep 0.01; done) & sleep 0.05';
        const result = await run(shell(endless), { under: AS_PID_1, options: ['--late-ms', '50'] });
        expect(result.seal).toMatchObject({ lateWriters: true, exitCode: 0, ...counted(result.stdout) });
      });

      test('reaps what falls to it, and takes nothing of it for the end of the command', async () => {
        const orphans = 'i=0; while [ $i -lt 50 ]; do (sleep 0 & exec true); i=$((i+1)); done; sleep 0.3';
        // One that has ended in this moment is a zombie until it is reaped, one that nobody reaps is it for ever.
        const zombies = 'grep -q "^State:.Z" /proc/[0-9]*/status 2>/dev/null';
        const reaped = `i=0; while ${zombies} && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; [ $i -lt 300 ] && exit 5`;
        const result = await run(shell(`mount -t proc proc /proc; ${orphans}; ${reaped}`), {
          under: [...AS_PID_1, '--mount'],
        });
        expect([result.code, result.stderr.toString()]).toEqual([5, '']);
      });

      test('takes TERM, which the kernel keeps from a process 1 that does not ask for it', async () => {
        const result = await run(shell('kill -TERM 1; sleep 60'), { under: AS_PID_1, options: ['--late-ms', '0'] });
        expect([result.code, result.seal?.signal]).toEqual([143, 'SIGTERM']);
      });

      test('kills all that ignores TERM when its grace is over, and seals what it wrote', async () => {
        const script = 'trap "" TERM; echo on; (while :; do sleep 1; done) & kill -TERM 1; while :; do sleep 1; done';
        const result = await run(shell(script), { under: AS_PID_1, options: ['--grace-ms', '50'] });
        expect([result.code, result.stdout.toString()]).toEqual([137, 'on\n']);
        expect(result.seal).toMatchObject({ signal: 'SIGKILL', ...counted(Buffer.from('on\n')) });
        expect(result.seal?.lateWriters).toBeUndefined();
      });

      test('asks a command that still runs at its limit to end, and tells that', async () => {
        const begun = performance.now();
        const result = await run(shell('trap "echo bye; exit 3" TERM; echo on; while :; do sleep 0.01; done'), {
          under: AS_PID_1,
          options: ['--limit-ms', '300', '--grace-ms', '60000'],
        });
        expect(performance.now() - begun).toBeGreaterThan(300);
        expect([result.code, result.stdout.toString()]).toEqual([3, 'on\nbye\n']);
        expect(result.seal).toMatchObject({ exitCode: 3, timedOut: true });
      });

      test('kills what ignores its limit when the grace is over', async () => {
        const script = 'trap "" TERM; echo on; (while :; do sleep 1; done) & while :; do sleep 1; done';
        const result = await run(shell(script), {
          under: AS_PID_1,
          options: ['--limit-ms', '200', '--grace-ms', '50'],
        });
        expect([result.code, result.stdout.toString()]).toEqual([137, 'on\n']);
        expect(result.seal).toMatchObject({ signal: 'SIGKILL', timedOut: true });
      });

      test('a command that ends within its limit, or was asked to end before it, has not timed out', async () => {
        const options = ['--limit-ms', '60000', '--grace-ms', '60000'];
        const within = await run(shell('exit 2'), { under: AS_PID_1, options });
        const asked = await run(shell('trap "sleep 0.5; exit 4" TERM; kill -TERM 1; while :; do sleep 0.01; done'), {
          under: AS_PID_1,
          options: ['--limit-ms', '200', '--grace-ms', '60000'],
        });
        expect([within.seal?.exitCode, within.seal?.timedOut]).toEqual([2, undefined]);
        expect([asked.seal?.exitCode, asked.seal?.timedOut]).toEqual([4, undefined]);
      });

      test('kills nothing within its grace', async () => {
        const script = 'trap "sleep 0.1; exit 3" TERM; kill -TERM 1; while :; do sleep 0.01; done';
        const result = await run(shell(script), { under: AS_PID_1, options: ['--grace-ms', '60000'] });
        expect([result.code, result.seal?.exitCode]).toEqual([3, 3]);
      });

      test('writes its seal as nobody into a folder that nobody may change', async () => {
        await using dir = await tempDir();
        const message = join(dir.path, 'message');
        await chmod(dir.path, 0o755);
        await writeFile(message, 'what was there before and is longer than a seal '.repeat(20));
        await chmod(message, 0o666);
        const args = [
          '--reuid=65532',
          '--regid=65532',
          '--clear-groups',
          seal(),
          '--message',
          message,
          '--',
          'id',
          '-u',
        ];
        expect(execFileSync('setpriv', args).toString()).toBe('65532\n');
        expect(await sealIn(message)).toMatchObject({ bytes: 6, exitCode: 0 });
      });
    });
  },
);
