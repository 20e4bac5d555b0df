import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { eventually, tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counted } from './support/counted.ts';
import { paths, problem, run, seal, sealIn, shell } from './support/run-seal.ts';

const OPTIONS = [
  '--streams',
  '--returns',
  '--message',
  '--late-ms',
  '--linger',
  '--max-linger-ms',
  '--folder',
  '--spool',
  '--report',
];
const isRoot = process.getuid?.() === 0;
/** Makes the helper process 1 of a pid namespace, as it is in a container. */
const AS_PID_1 = ['unshare', '--pid', '--fork', '--kill-child'];

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
    const result = await run(shell('exec 3>&1; (exec 1>&- 2>&-; sleep 60 & echo $! >&3); echo x'), {
      options: ['--late-ms', '50'],
    });
    const pid = Number(result.stdout.toString().split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    expect(result.seal).toMatchObject({ lateWriters: true, exitCode: 0, ...counted(result.stdout) });
    expect(result.seal?.lateWriterNames).toContain(`sleep (${pid})`);
  });

  test('a command that closed its output is waited for', async () => {
    const result = await run(shell('exec >&- 2>&-; sleep 0.1; exit 4'));
    expect([result.code, result.seal?.bytes]).toEqual([4, 0]);
  });

  describe.skipIf(!isRoot)('as process 1', () => {
    test('ends late writers with the command, as the kernel would end them', async () => {
      const endless = '(while :; do echo x; sleep 0.01; done) & sleep 0.05';
      const result = await run(shell(endless), { under: AS_PID_1, options: ['--late-ms', '50'] });
      expect(result.seal).toMatchObject({ lateWriters: true, exitCode: 0, ...counted(result.stdout) });
    });

    test('reaps what falls to it, and takes nothing of it for the end of the command', async () => {
      const orphans = 'i=0; while [ $i -lt 50 ]; do (sleep 0 & exec true); i=$((i+1)); done; sleep 0.3';
      const zombies = "grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l; exit 5";
      const result = await run(shell(`mount -t proc proc /proc; ${orphans}; ${zombies}`), {
        under: [...AS_PID_1, '--mount'],
      });
      expect([result.code, result.stdout.toString().trim()]).toEqual([5, '0']);
    });

    test('takes TERM, which the kernel keeps from a process 1 that does not ask for it', async () => {
      const result = await run(shell('kill -TERM 1; sleep 60'), { under: AS_PID_1, options: ['--late-ms', '0'] });
      expect([result.code, result.seal?.signal]).toEqual([143, 'SIGTERM']);
    });

    test('writes its seal as nobody into a folder that nobody may change', async () => {
      await using dir = await tempDir();
      const message = join(dir.path, 'message');
      await chmod(dir.path, 0o755);
      await writeFile(message, 'what was there before and is longer than a seal '.repeat(20));
      await chmod(message, 0o666);
      const args = ['--reuid=65532', '--regid=65532', '--clear-groups', seal(), '--message', message, '--', 'id', '-u'];
      expect(execFileSync('setpriv', args).toString()).toBe('65532\n');
      expect(await sealIn(message)).toMatchObject({ bytes: 6, exitCode: 0 });
    });
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
        const { code, signal } = await run(['true'], { options: options.filter((option) => !option.startsWith('/')) });
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

  test.each([
    ['a file', (dir: string) => join(dir, 'file')],
    ['/dev/null', () => '/dev/null'],
  ])('stdout may be %s: there is nothing to drain', async (_, place) => {
    await using dir = await tempDir();
    const out = openSync(place(dir.path), 'w');
    const result = await run(shell('echo hello'), { stdio: ['ignore', out, 'pipe'] });
    closeSync(out);
    expect(result.seal).toMatchObject({ ...counted(Buffer.from('hello\n')), exitCode: 0 });
  });

  test('a file holds what was written', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'file');
    const out = openSync(file, 'w');
    await run(shell('echo hello; echo more >&2'), { stdio: ['ignore', out, 'ignore'] });
    closeSync(out);
    expect(readFileSync(file, 'utf8')).toBe('hello\nmore\n');
  });

  test('stdout may be a terminal', async () => {
    await using dir = await tempDir();
    const message = join(dir.path, 'message');
    const command = `${seal()} --message ${message} -- sh -c "echo hello"`;
    execFileSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], { stdio: 'pipe' });
    expect(await sealIn(message)).toMatchObject(counted(Buffer.from('hello\n')));
  });

  test('a disk that is full loses the log, not the count', async () => {
    const out = openSync('/dev/full', 'w');
    const result = await run(shell('echo hello; exit 3'), { stdio: ['ignore', out, 'pipe'] });
    closeSync(out);
    expect([result.code, result.seal?.bytes]).toEqual([3, 6]);
  });

  test('when nobody reads any more, the command learns it as without the helper', async () => {
    const under = ['bash', '-c', '"$@" | head -c 3 >/dev/null; exit ${PIPESTATUS[0]}', 'bash'];
    const result = await run(['yes'], { under });
    expect([result.code, result.seal?.signal]).toEqual([128 + os.signals.SIGPIPE, 'SIGPIPE']);
  });

  test('it does not end before its output is read, and tells how long that took', async () => {
    await using dir = await tempDir();
    const [fifo, message, marker] = ['fifo', 'message', 'marker'].map((name) => join(dir.path, name)) as [
      string,
      string,
      string,
    ];
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, constants.O_WRONLY);
    const script = `echo unread; echo >${marker}`;
    const child = spawn(seal(), ['--message', message, '--linger', '0', '--', 'sh', '-c', script], {
      stdio: ['ignore', writer, 'ignore'],
    });
    closeSync(writer);
    const exit = once(child, 'exit');
    await eventually('the command has done all', () => existsSync(marker) || undefined);
    const cpu = () => Number(readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ')[13]);
    await eventually(
      'it waits for its reader',
      () => /nanosleep|hrtimer/.test(readFileSync(`/proc/${child.pid}/wchan`, 'utf8')) || cpu() > 0 || undefined,
    );
    expect([child.exitCode, existsSync(message)]).toEqual([null, false]);
    const bytes = Buffer.alloc(64);
    expect(bytes.subarray(0, readSync(reader, bytes)).toString()).toBe('unread\n');
    await exit;
    closeSync(reader);
    expect(await sealIn(message)).toMatchObject({ exitCode: 0, ...counted(Buffer.from('unread\n')) });
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
