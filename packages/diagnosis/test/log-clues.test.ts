import { expect, test } from 'vitest';
import { LogClues } from '../src/index.ts';

test('a log is searched for what was fought for, wherever a line is split', () => {
  const clues = new LogClues();
  const log = [
    'Error: listen EADDRINUSE: address already in use :::3000\n',
    "E   OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8080): address already in use\n",
    'OSError: [Errno 98] Address already in use\n',
    "Error: EEXIST: file already exists, mkdir '/tmp/cache'\n",
    "FileExistsError: [Errno 17] File exists: '/tmp/lock'\n",
    "mkdir: cannot create directory '/tmp/work': File exists\n",
    'sqlite3.OperationalError: database is locked\nall is well\n',
    'sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached',
  ];
  for (const byte of Buffer.from(log.join(''))) clues.write(Buffer.of(byte));
  expect(clues.end()).toEqual([
    'port 3000',
    'port 8080',
    'file /tmp/cache',
    'file /tmp/lock',
    'file /tmp/work',
    'a database lock',
    'a connection pool',
  ]);
});

test('a port without a number is told only when none has one', () => {
  const clues = new LogClues();
  clues.write(Buffer.from('OSError: [Errno 98] Address already in use\n'));
  expect(clues.end()).toEqual(['a port']);
});
