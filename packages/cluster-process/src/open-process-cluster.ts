import type { Cluster } from '@lacuna/cluster';
import { AgentConnection } from './agent-connection.ts';
import { agentPaths } from './agent-paths.ts';
import { ProcessCluster } from './process-cluster.ts';

export interface ProcessClusterOptions {
  /** Directory of the cluster: everyone who opens the same one sees the same Jobs. Made (0700) if it is not there. */
  readonly dir: string;
  /** Whether the label `lacuna.fault` has an effect in the Jobs that this client asks for. */
  readonly allowFaults?: boolean;
  /** After how many milliseconds without a client and without a running Job the agent exits; 10 s by default. Of an agent that runs already its starter has decided. */
  readonly idleExitMs?: number;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
}

/** An agent without work and without clients ends after this long, so that none is left behind. Milliseconds. */
const IDLE_EXIT_MS = 10_000;

/** Connects to the agent of a directory and starts it if there is none. Rejects when it cannot be started, with where it wrote why. */
export async function openProcessCluster({
  dir,
  allowFaults = false,
  idleExitMs = IDLE_EXIT_MS,
  signal,
}: ProcessClusterOptions): Promise<Cluster & { readonly agentPid: number }> {
  signal?.throwIfAborted();
  const connection = new AgentConnection({ paths: agentPaths(dir), idleExitMs });
  const giveUp = (): void => connection.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await connection.revive();
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return new ProcessCluster(connection, { allowFaults });
}
