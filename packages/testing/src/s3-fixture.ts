import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startS3Server } from '@lacuna/servers';
import { serverBinary } from './server-binary.ts';
import { tempDir } from './temp-dir.ts';

/** A real S3 server with one bucket on a folder of its own. Disposing it kills the server and removes the folder. */
export interface S3Fixture extends AsyncDisposable {
  /** Stays the same over restarts. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where the objects of the bucket are, as files. */
  readonly folder: string;
  /** Nobody answers from now on. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data, after stopping it if it runs. */
  restart(): Promise<void>;
}

export async function startS3(): Promise<S3Fixture> {
  const path = await serverBinary('s3');
  await using starting = new AsyncDisposableStack();
  const { path: dataDir } = starting.use(await tempDir());
  const options = { path, dataDir, accessKeyId: 'lacuna-test', secretAccessKey: 'not-a-secret-of-anybody' };
  let server = await startS3Server(options);
  starting.defer(() => server.kill());
  const { endpoint, port, buckets } = server;
  const bucket = 'logs';
  const folder = join(buckets, bucket);
  await mkdir(folder, { recursive: true });
  const running = starting.move();
  return {
    ...options,
    endpoint,
    region: 'us-east-1',
    bucket,
    folder,
    stop: () => server.stop(),
    async restart() {
      await server.stop();
      server = await startS3Server({ ...options, port });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
