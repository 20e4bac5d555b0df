import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { claimPort } from './free-port.ts';
import { stopLeftover } from './pid-file.ts';
import type { ServerOptions } from './server-options.ts';
import { pidFileOf, startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface S3Server extends ServerProcess {
  /** Such as `http://127.0.0.1:7070`. */
  readonly endpoint: string;
  readonly port: number;
  /** The folder of all buckets: a bucket is a folder in it, an object a file. */
  readonly buckets: string;
}

interface S3ServerOptions extends ServerOptions {
  readonly port?: number;
  /** The one user there is. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const NAME = 'versitygw';

/**
 * Starts an S3 server on 127.0.0.1 whose objects are files below `dataDir`, and waits until it answers. A leftover of a killed process on
 * the same folder is stopped first. Rejects when the port or the folder is in use.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { path, signal, accessKeyId, secretAccessKey, onLog = () => {} } = options;
  const dataDir = resolve(options.dataDir);
  const buckets = join(dataDir, 'buckets');
  await mkdir(buckets, { recursive: true });
  await stopLeftover(pidFileOf(NAME, dataDir), dataDir, onLog);
  const port = await claimPort(options.port, NAME);
  const endpoint = `http://127.0.0.1:${port}`;
  const user = ['--access', accessKeyId, '--secret', secretAccessKey];
  const server = await startServerProcess({
    name: NAME,
    path,
    args: ['--port', `127.0.0.1:${port}`, ...user, '--quiet', '--keep-alive', 'posix', buckets],
    dataDir,
    signal,
    onLog,
    isReady: () => answers(endpoint),
  });
  return { ...server, endpoint, port, buckets };
}

/** Refused without a signature, which is an answer. */
async function answers(endpoint: string): Promise<boolean> {
  const response = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.status === 403;
}
