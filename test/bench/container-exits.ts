import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** When containers ended by the clock of their runtime, which tells the kubelet more than the whole seconds that it passes on. */
export class ContainerExits implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exits = new Map<string, number>();

  constructor(socket: string) {
    this.#child = spawn('ctr', ['--address', socket, '--namespace', 'k8s.io', 'events'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#note(line));
  }

  /** Unix milliseconds; undefined when nothing was heard of its end. The id is as a pod's status has it. */
  of(containerId: string): number | undefined {
    return this.#exits.get(containerId.replace(/^.*:\/\//, ''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    await exit;
  }

  #note(line: string): void {
    const [, event] = /\/tasks\/exit (\{.*\})/.exec(line) ?? [];
    if (event === undefined) return;
    const { container_id: id, id: process, exited_at: at } = JSON.parse(event) as Exit;
    // Other processes of a container are probes and the like.
    if (id === process) this.#exits.set(id, millisecondsOf(at));
  }
}

interface Exit {
  readonly container_id: string;
  readonly id: string;
  readonly exited_at: string | { readonly seconds: number; readonly nanos?: number };
}

/** The first form has nanoseconds, of which a `Date` keeps no more than milliseconds. */
function millisecondsOf(at: Exit['exited_at']): number {
  if (typeof at !== 'string') return at.seconds * 1_000 + (at.nanos ?? 0) / 1e6;
  const fraction = Number(/(\.\d+)/.exec(at)?.[1] ?? 0);
  return Math.floor(Date.parse(at) / 1_000) * 1_000 + fraction * 1_000;
}
