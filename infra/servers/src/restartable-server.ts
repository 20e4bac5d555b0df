import { pauseProcess } from './pause-process.ts';
import { pidFileOf, startServerProcess } from './server-process.ts';
import type { ServerCommand, ServerExit, ServerProcess } from './server-process.ts';
import { stopLeftover } from './pid-file.ts';

/** A server that can be broken and brought back on the same port and data. Disposing it kills it. */
export interface RestartableServer extends AsyncDisposable {
  /** Of the process that runs, or ran last. */
  readonly pid: number;
  /** End of the process that runs, or ran last, wanted or not. */
  readonly exited: Promise<ServerExit>;
  /** The last lines of the process that runs, or ran last. */
  readonly log: readonly string[];
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** Stops the process without ending it: clients see silence from now on. */
  pause(): void;
  resume(): void;
  /** Starts it again, after stopping it if it runs. Resolves when it answers. */
  restart(): Promise<void>;
}

/** Starts the server, after stopping a leftover of a killed process on the same folder. */
export async function startRestartable(command: ServerCommand): Promise<RestartableServer> {
  const { name, dataDir, onLog } = command;
  await stopLeftover(pidFileOf(name, dataDir), dataDir, onLog);
  let server: ServerProcess = await startServerProcess(command);
  return {
    get pid() {
      return server.pid;
    },
    get exited() {
      return server.exited;
    },
    get log() {
      return server.log;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => pauseProcess(server.pid),
    resume: () => void process.kill(server.pid, 'SIGCONT'),
    async restart() {
      await server.stop();
      server = await startServerProcess(command);
    },
    [Symbol.asyncDispose]: () => server.kill(),
  };
}
