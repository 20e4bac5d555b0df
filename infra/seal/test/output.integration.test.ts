import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { eventually, tempDir } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { counted } from './support/counted.ts';
import { problem, run, seal, sealIn, shell } from './support/run-seal.ts';

/** How many bytes there are to read; undefined when there are none yet. */
function readNow(fd: number, into: Buffer): number | undefined {
  try {
    return readSync(fd, into);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

describe.skipIf(problem !== undefined)(
  `where the seal helper writes to${problem === undefined ? '' : ` (${problem})`}`,
  () => {
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

    test('of much output the last byte goes out when the reader comes back, so that it has passed on what it took before', async () => {
      await using dir = await tempDir();
      const output = Buffer.alloc(48 * 1024, 'x');
      await writeFile(join(dir.path, 'output'), output);
      const [fifo, message] = [join(dir.path, 'fifo'), join(dir.path, 'message')];
      execFileSync('mkfifo', [fifo]);
      const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
      const writer = openSync(fifo, constants.O_WRONLY);
      const command = [join(dir.path, 'output'), join(dir.path, 'marker')];
      const child = spawn(
        seal(),
        ['--message', message, '--linger', '0', '--', 'sh', '-c', 'cat "$0" && echo >"$1"', ...command],
        { stdio: ['ignore', writer, 'inherit'] },
      );
      closeSync(writer);
      const exit = once(child, 'exit');
      await eventually('the command has done all', () => existsSync(command[1]!) || undefined);
      const bytes = Buffer.alloc(64 * 1024);
      expect(readSync(reader, bytes)).toBe(output.length - 1);
      const last = await eventually('the last byte comes', () => readNow(reader, bytes));
      await exit;
      closeSync(reader);
      expect(last).toBe(1);
      expect(await sealIn(message)).toMatchObject({ exitCode: 0, ...counted(output) });
    });

    test('of much output the last byte comes also while the command goes on', async () => {
      const child = spawn(seal(), ['--message', '/dev/null', '--', 'sh', '-c', 'head -c 49152 /dev/zero; exec cat'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let read = 0;
      child.stdout.on('data', (data: Buffer) => (read += data.length));
      await eventually('all is read', () => (read === 49_152 ? read : undefined));
      child.stdin.end();
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  },
);
