import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { startAgent, type StartOptions } from './start-agent.ts';

export interface AgentRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** A client's way to the agent of its directory: kept connections, and a new agent when there is none any more. */
export class AgentConnection {
  readonly #options: StartOptions;
  readonly #http = new Agent({ keepAlive: true });
  readonly #closed = new AbortController();
  #start: Promise<number> | undefined;
  #pid = 0;

  constructor(options: StartOptions) {
    this.#options = options;
  }

  /** Process id of the agent that was last connected to. */
  get pid(): number {
    return this.#pid;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  close(): void {
    this.#closed.abort();
    this.#http.destroy();
  }

  /** Connects to the running agent or starts it. Many callers share one start. */
  async revive(): Promise<void> {
    this.#start ??= startAgent(this.#options, this.closed).finally(() => {
      this.#start = undefined;
    });
    this.#pid = await this.#start;
  }

  /** The agent's response, from a new agent if the old one is gone: every call may safely be made twice. */
  async request(call: AgentRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const either = AbortSignal.any([signal, this.closed]);
    try {
      return await this.#send(call, either);
    } catch {
      either.throwIfAborted();
      await Promise.race([this.revive(), rejectOnAbort(either)]);
      return this.#send(call, either);
    }
  }

  #send({ method, path, body }: AgentRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = { socketPath: this.#options.paths.socket, agent: this.#http, method, path, signal };
    httpRequest(options, resolve)
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
