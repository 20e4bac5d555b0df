import type { ContainerRef } from '@lacuna/cluster';
import { abortable } from './abortable.ts';
import { CriText } from './cri-text.ts';
import { MAIN_CONTAINER } from './job-manifest.ts';
import type { Kubelets } from './kubelets.ts';
import { LogFolder, type FilePlace } from './log-folder.ts';
import type { SourcePiece } from './log-text.ts';
import { describeError } from './loss.ts';

interface NodeFilesDeps {
  readonly kubelets: Kubelets;
  readonly namespace: string;
  /** Told when the files of a node can't be read, and why; then they are not asked for again for a while. */
  readonly onRefused: (node: string, why: string) => void;
}

/** What of a log is read. */
interface Wanted {
  readonly timestamps: boolean;
  /** From where on; from its oldest byte by default. */
  readonly from?: FilePlace | undefined;
}

/** For so long a node whose files could not be read is left alone. Milliseconds. */
const LEFT_ALONE_MS = 30_000;

/**
 * Logs out of the files on their nodes, which a kubelet gives to whoever may read all of `/var/log` there (`get` on `nodes/log`): without a system call for
 * each line, and with the files that it rotated away, which its log API does not have any more.
 */
export class NodeFiles implements AsyncDisposable {
  readonly #deps: NodeFilesDeps;
  /** Until when a node is left alone, by `performance.now()`. */
  readonly #leftAlone = new Map<string, number>();

  constructor(deps: NodeFilesDeps) {
    this.#deps = deps;
  }

  /** What there is now of a container's log; undefined when its node does not give it, so that the log API has to. */
  async open(
    container: ContainerRef,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<AsyncIterable<SourcePiece> | undefined> {
    const { node } = container;
    if (node === undefined || (this.#leftAlone.get(node) ?? 0) > performance.now()) return undefined;
    try {
      const kubelet = await abortable(this.#deps.kubelets.of(node), signal);
      const files = await new LogFolder(kubelet, this.#folderOf(container)).files(wanted.from, signal);
      return files && this.#text(node, files, wanted, signal);
    } catch (error) {
      this.#refused(node, error, signal);
      return undefined;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#deps.kubelets[Symbol.asyncDispose]();
  }

  #folderOf({ podName, podUid }: ContainerRef): string {
    const pod = [this.#deps.namespace, podName, podUid].map(encodeURIComponent).join('_');
    return `/logs/pods/${pod}/${MAIN_CONTAINER}/`;
  }

  async *#text(
    node: string,
    files: AsyncIterable<AsyncIterable<Uint8Array>>,
    { timestamps, from }: Wanted,
    signal: AbortSignal,
  ): AsyncGenerator<SourcePiece> {
    const text = new CriText({ timestamps, at: from?.at });
    try {
      for await (const file of files) {
        for await (const bytes of file) yield text.take(bytes);
        text.endFile();
      }
    } catch (error) {
      this.#refused(node, error, signal);
      throw error;
    }
  }

  #refused(node: string, error: unknown, signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#leftAlone.set(node, performance.now() + LEFT_ALONE_MS);
    this.#deps.kubelets.doubt(node);
    this.#deps.onRefused(node, describeError(error));
  }
}
