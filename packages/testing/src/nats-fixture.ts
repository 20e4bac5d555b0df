import { pauseProcess, startNatsServer } from '@lacuna/servers';
import { serverBinary } from './server-binary.ts';
import { tempDir } from './temp-dir.ts';

/** A real nats-server with JetStream on a folder of its own. Disposing it kills the server and removes the folder. */
export interface NatsFixture extends AsyncDisposable {
  /** Stays the same over restarts. */
  readonly url: string;
  /** Its monitoring; stays the same too. */
  readonly monitorUrl: string;
  readonly dataDir: string;
  /** Kills the server as a power cut would. Clients see a reset; what was acknowledged is on disk. */
  kill9(): Promise<void>;
  /** Stops the process without ending it: clients see silence from now on. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same port and data, after stopping it in good order if it runs. */
  restart(): Promise<void>;
}

/** A nats-server of its own for a test, with JetStream in a folder that goes with it. */
export async function startNats(): Promise<NatsFixture> {
  const path = await serverBinary('nats');
  await using starting = new AsyncDisposableStack();
  const { path: dataDir } = starting.use(await tempDir());
  let server = await startNatsServer({ path, dataDir });
  starting.defer(() => server.kill());
  const running = starting.move();
  const { url, port, monitorUrl, monitorPort } = server;
  return {
    url,
    monitorUrl,
    dataDir,
    kill9: () => server.kill(),
    pause: () => pauseProcess(server.pid),
    resume: () => void process.kill(server.pid, 'SIGCONT'),
    async restart() {
      await server.stop();
      server = await startNatsServer({ path, dataDir, port, monitorPort });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
