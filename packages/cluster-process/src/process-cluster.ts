import {
  ignoredFault,
  partsOf,
  withWarnings,
  type ChangeOutcome,
  type Cluster,
  type ContainerRef,
  type EnsureOutcome,
  type JobRef,
  type JobRequest,
  type LogOutcome,
  type LogPosition,
  type Observation,
  type ReportOutcome,
  type SpoolOutcome,
} from '@lacuna/cluster';
import { json } from 'node:stream/consumers';
import type { AgentConnection, AgentRequest } from './agent-connection.ts';
import { observeAgent } from './observe-agent.ts';

/** Why a fault is not made: for whoever submitted it. */
const NOT_ALLOWED = 'the cluster was not started with faults allowed (lacuna up --allow-faults)';

/** The cluster port, spoken to the agent. Disposing it leaves the agent and all containers running. */
export class ProcessCluster implements Cluster {
  readonly kind = 'process';
  readonly #connection: AgentConnection;
  readonly #allowsFaults: boolean;

  constructor(connection: AgentConnection, { allowFaults }: { readonly allowFaults: boolean }) {
    this.#connection = connection;
    this.#allowsFaults = allowFaults;
  }

  /** Process id of the agent that was last connected to; another one after it was killed. */
  get agentPid(): number {
    return this.#connection.pid;
  }

  async ensure(request: JobRequest, signal: AbortSignal): Promise<EnsureOutcome> {
    const path = this.#allowsFaults ? '/jobs?faults=allowed' : '/jobs';
    const outcome = await this.#call<EnsureOutcome>({ method: 'POST', path, body: request }, signal);
    return withWarnings(outcome, [
      ignoredFields(request),
      this.#allowsFaults ? undefined : ignoredFault(request, NOT_ALLOWED),
    ]);
  }

  observe(signal: AbortSignal): AsyncIterable<Observation> {
    return observeAgent(this.#connection, signal);
  }

  async openLog(container: ContainerRef, from: LogPosition, signal: AbortSignal): Promise<LogOutcome> {
    const query = new URLSearchParams({
      container: container.containerId,
      offset: String(from.offset),
      follow: String(from.follow),
    });
    const opened = await this.#open(`/logs/${encodeURIComponent(container.podUid)}?${query.toString()}`, signal);
    return opened.kind === 'open' ? { kind: 'open', body: partsOf(opened.body) } : opened;
  }

  /** The log of this cluster is what its agent reads from the pipe: there is no second place to lose bytes on the way to. */
  openSpool(): Promise<SpoolOutcome> {
    return Promise.resolve({ kind: 'gone', message: 'the embedded cluster needs no spools' });
  }

  openReport({ podUid }: ContainerRef, signal: AbortSignal): Promise<ReportOutcome> {
    return this.#open(`/reports/${encodeURIComponent(podUid)}`, signal);
  }

  stop(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
    return this.#call<ChangeOutcome>({ method: 'POST', path: jobPath(job, '/stop') }, signal);
  }

  remove(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
    return this.#call<ChangeOutcome>({ method: 'DELETE', path: jobPath(job) }, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  async #open(path: string, signal: AbortSignal): Promise<ReportOutcome> {
    try {
      const response = await this.#connection.request({ method: 'GET', path }, signal);
      if (response.statusCode === 200) return { kind: 'open', body: response as AsyncIterable<Uint8Array> };
      return (await json(response)) as ReportOutcome;
    } catch (error) {
      return unavailable(error);
    }
  }

  async #call<Outcome>(request: AgentRequest, signal: AbortSignal): Promise<Outcome | Unavailable> {
    try {
      const response = await this.#connection.request(request, signal);
      const body = await json(response);
      return response.statusCode === 200 ? (body as Outcome) : unavailable(body);
    } catch (error) {
      return unavailable(error);
    }
  }
}

/** A child process is in no image, and nothing limits it. */
function ignoredFields(request: JobRequest): string | undefined {
  const ignored = (['image', 'resources'] as const).filter((field) => request[field] !== undefined);
  if (ignored.length === 0) return undefined;
  const are = ignored.length === 1 ? 'is' : 'are';
  return `${ignored.join(' and ')} ${are} ignored: the embedded cluster runs the command on this machine as it is`;
}

interface Unavailable {
  readonly kind: 'unavailable';
  readonly message: string;
}

function unavailable(cause: unknown): Unavailable {
  const { message } = cause as { readonly message: string };
  return { kind: 'unavailable', message };
}

function jobPath({ name, uid }: JobRef, verb = ''): string {
  return `/jobs/${encodeURIComponent(name)}${verb}?uid=${encodeURIComponent(uid)}`;
}
