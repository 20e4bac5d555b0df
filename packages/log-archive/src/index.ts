/**
 * Closed logs outside the stream: packed with zstd in frames that can be read one by one, in a directory or an S3-compatible store, and read by
 * the same offsets as in the stream. It believes no byte of a store: what does not have the sha256 that the facts name is told as damage and
 * never handed on as log. It decides nothing: who moves what when, and what facts say of it, is its caller's business.
 */
export { DirectoryStore } from './directory-store.ts';
export { LogArchive, type ArchivedLog } from './log-archive.ts';
export { objectName } from './object-name.ts';
export type { ObjectStore } from './object-store.ts';
export { openLogArchive } from './open-log-archive.ts';
export { readClosedLog, type ClosedLog } from './read-closed-log.ts';
export { S3Store } from './s3-store.ts';
