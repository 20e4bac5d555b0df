/**
 * The embedded cluster: evaluations as child processes of this machine, for trying Lacuna out and for developing it. Linux only (it reads /proc).
 * A long-lived agent per directory plays kubelet and container runtime, so that no end of a Lacuna service touches a running evaluation.
 * It isolates nothing: a command runs as the user who started the agent, with that user's files and network, and gets no limits of CPU or memory.
 * Images and queues mean nothing here; how much may run at once is decided by who asks.
 */
export { openProcessCluster } from './open-process-cluster.ts';
export { stopAgent } from './stop-agent.ts';
