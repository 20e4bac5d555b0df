import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { agentPaths } from '../agent-paths.ts';
import { takeLock } from './take-lock.ts';
import { FifoPool } from './fifo-pool.ts';
import { IdleWatch } from './idle-watch.ts';
import { JobTable } from './job-table.ts';
import { Journal } from './journal.ts';
import { Kubelet } from './kubelet.ts';
import { killLeftovers } from './leftovers.ts';
import { recover } from './recover.ts';
import { route, type Routes } from './routes.ts';
import { WatchFeed } from './watch-feed.ts';

export interface AgentOptions {
  readonly dir: string;
  readonly idleExitMs: number;
}

/**
 * Runs the agent of a directory until it is idle, is told to shut down, or gets SIGTERM. Returns at once when another agent has the directory.
 * Its exit leaves no container behind.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const paths = agentPaths(options.dir);
  const lock = await takeLock(paths.lock);
  if (lock === undefined) return;
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  const entries = recover(paths);
  const feed = new WatchFeed();
  const journal = new Journal(paths.journal, entries.values());
  const table = new JobTable({ entries, journal, publish: (observations) => feed.publish(observations) });
  const fifos = new FifoPool(paths.fifos);
  fifos.warm();
  const kubelet = new Kubelet({ table, fifos, paths, onRunEnded: () => idleWatch.check() });
  const told = Promise.withResolvers<void>();
  const server = serve({ kubelet, table, feed, shutdown: told.resolve });
  const idleWatch = new IdleWatch(server, options.idleExitMs, () => kubelet.busy);
  await listen(server, paths.socket);
  await Promise.race([idleWatch.idle, told.promise, once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  rmSync(paths.socket, { force: true });
  server.close();
  await kubelet.stopAll();
  await fifos.close();
  killLeftovers(paths.dir);
}

function serve(routes: Routes): Server {
  const server = createServer((request, response) => {
    route(routes, request, response).catch((error: unknown) => {
      console.error(`${request.method} ${request.url}:`, error);
      if (response.headersSent) response.destroy();
      else
        response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message: String(error) }));
    });
  });
  // Clients keep their connections; that is how the agent knows that they are there.
  server.keepAliveTimeout = 0;
  return server;
}

async function listen(server: Server, socket: string): Promise<void> {
  // Left by a killed agent: we hold the lock, so it is nobody's.
  rmSync(socket, { force: true });
  await once(server.listen(socket), 'listening');
  chmodSync(socket, 0o600);
}
