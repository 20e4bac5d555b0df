import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '@lacuna/contracts';

/** Raised whenever the tables or what they hold change: an older file is thrown away and read anew from the stream. */
const VERSION = 3;

const TABLES = `
  CREATE TABLE evaluation (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    verdict TEXT,
    submitted_at REAL NOT NULL,
    summary TEXT NOT NULL,
    digest TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX newest ON evaluation (submitted_at, id);
  CREATE INDEX newest_of_phase ON evaluation (phase, submitted_at, id);
  CREATE INDEX newest_of_verdict ON evaluation (verdict, submitted_at, id);
  CREATE INDEX newest_of_name ON evaluation (name, submitted_at, id);
  CREATE TABLE label (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    evaluation TEXT NOT NULL,
    PRIMARY KEY (key, value, evaluation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, subject TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** Primary result codes of SQLite: SQLITE_BUSY, SQLITE_CORRUPT, SQLITE_NOTADB. Source: sqlite.org/rescode.html. */
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN, of which the low byte tells: what the disk does not take, or nobody may write. */
const STORES_NOTHING = new Set<unknown>([8, 10, 13, 14]);
const OF_FOLDERS = new Set<unknown>(['EACCES', 'EEXIST', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

/**
 * The database of the read model in a file, or in memory (`:memory:`). A file that can't be read or is of another version is begun anew:
 * nothing is in it that the stream does not have. Throws `Failure('invalid-config')` when another process uses it, or the folder takes no file.
 */
export function openDatabase(path: string): DatabaseSync {
  if (path === ':memory:') return prepared(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    return prepared(path);
  } catch (error) {
    if (errorCode(error) === CORRUPT || errorCode(error) === NOT_A_DATABASE) return anew(path);
    throw refusal(path, error);
  }
}

function anew(path: string): DatabaseSync {
  try {
    remove(path);
    return prepared(path);
  } catch (error) {
    throw refusal(path, error);
  }
}

function refusal(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === BUSY)
    return new Failure('invalid-config', `${path} is in use by another process; give each submit a LACUNA_DATA_DIR`);
  const { code: ofSystem, message } = error as NodeJS.ErrnoException;
  if (!STORES_NOTHING.has(code) && !OF_FOLDERS.has(ofSystem)) return error;
  const what = `nothing can be kept in ${dirname(path)}: ${message}`;
  return new Failure('invalid-config', `${what}; make room there, or name another folder by LACUNA_DATA_DIR`, {
    cause: error,
  });
}

function prepared(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // One process a file: two would move each other's progress. A crash may lose the last transactions, which are read again.
    // A checkpoint waits for the disk, and everybody with it: only every 40 MB.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA wal_autocheckpoint = 10000');
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    if (versionOf(database) === VERSION) return database;
    const isNew = versionOf(database) === 0;
    if (isNew) {
      database.exec(`BEGIN; ${TABLES} COMMIT`);
      return database;
    }
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  remove(path);
  return prepared(path);
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version'];
}

function remove(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
}

/** The primary one: the extended ones have more above its byte. */
function errorCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
}
