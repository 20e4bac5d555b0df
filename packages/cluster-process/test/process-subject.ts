import type { Cluster } from '@lacuna/cluster';
import { Session, type ClusterSubject } from '@lacuna/cluster/conformance';
import { openProcessCluster, stopAgent } from '../src/index.ts';
import type { ProcessClusterOptions } from '../src/open-process-cluster.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface ProcessSubject extends ClusterSubject {
  readonly cluster: Cluster & { readonly agentPid: number };
  readonly dir: string;
  readonly session: Session;
  readonly reopen: () => Promise<Cluster & { readonly agentPid: number }>;
  readonly interrupt: () => Promise<void>;
}

export const FEATURES = { signals: true, seals: true, streamsApart: true, reportFiles: true } as const;

/** A cluster in a directory of its own; nothing of it is left afterwards. */
export async function openSubject(options: Omit<ProcessClusterOptions, 'dir'> = {}): Promise<ProcessSubject> {
  const temporary = await temporaryDirectory();
  const dir = temporary.path;
  const cluster = await openProcessCluster({ ...options, dir });
  const subject: ProcessSubject = {
    cluster,
    dir,
    session: new Session(FEATURES, () => subject),
    reopen: () => openProcessCluster({ ...options, dir }),
    interrupt: () => Promise.resolve(void process.kill(cluster.agentPid, 'SIGKILL')),
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]();
      await stopAgent(dir);
      await temporary[Symbol.asyncDispose]();
    },
  };
  return subject;
}

/** A program of a test; only the real cluster can run it. */
export function shell(script: string): { readonly command: readonly string[] } {
  return { command: ['sh', '-c', script] };
}
