import type { Cluster } from '@lacuna/cluster';
import { fact, podFactSubject, type LogStatement, type Seal, type TestReport } from '@lacuna/contracts';
import type { Bus, LogWriter } from '@lacuna/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { chunked } from './chunker.ts';
import { chunkSubject, type Container } from './container.ts';
import { LogAccount } from './log-account.ts';
import { logStatementOf } from './log-statement-of.ts';
import { stopWhenQuiet } from './stop-when-quiet.ts';

export interface CaptureDeps {
  readonly bus: Pick<Bus, 'publishFact' | 'awaitFact' | 'openLog' | 'readLog'>;
  readonly cluster: Pick<Cluster, 'openLog'>;
  readonly now: () => number;
  /** A started chunk is stored when nothing more came for this long. Milliseconds. */
  readonly chunkIdleMs: number;
  /** A followed stream that gives nothing for this long after the container ended is not waited for. Milliseconds. */
  readonly quietMs: number;
  /** Waits before each re-read when the log is shorter than its seal. Milliseconds; one re-read each. */
  readonly rereadAfterMs: readonly number[];
}

/** When to ask the stream for the container's end instead of waiting to be told. Milliseconds. */
const ASK_AFTER_MS = 5_000;

/** That the container ended, with its seal if there is one. */
export interface ContainerEndTold {
  readonly seal?: Seal;
}

export interface CaptureResult {
  readonly statement: LogStatement;
  readonly report: TestReport | undefined;
}

/**
 * Captures one container's log: stores every byte once, in order, resumes at the stored offset after any break, and closes with a
 * statement. The end of a stream is never taken for the end of the log: that takes the container's own end, and proof takes its seal.
 */
export class Capture {
  readonly #container: Container;
  readonly #deps: CaptureDeps;
  readonly #subject: string;
  readonly #report: string | undefined;
  readonly #told = Promise.withResolvers<ContainerEndTold>();
  #end: ContainerEndTold | undefined;
  #account: LogAccount;
  #writer: LogWriter | undefined;
  #opened = false;
  #asking = false;
  #sourceFailure: string | undefined;

  constructor(container: Container, report: string | undefined, deps: CaptureDeps) {
    this.#container = container;
    this.#deps = deps;
    this.#report = report;
    this.#subject = chunkSubject(container);
    this.#account = new LogAccount(report);
  }

  /** Tells that the container ended, by whoever learns of it first. */
  tellEnd(end: ContainerEndTold): void {
    this.#end ??= end;
    this.#told.resolve(end);
  }

  async run(signal: AbortSignal): Promise<CaptureResult> {
    const asking = new AbortController();
    const either = AbortSignal.any([signal, asking.signal]);
    // A stream that goes on and on must not hide that the end was told to another replica.
    const ask = setTimeout(() => this.#askForEnd(either), ASK_AFTER_MS);
    try {
      this.#writer = await this.#replayStored(signal);
      const { seal } = await this.#followUntilEnd(signal, either);
      const tried = await this.#readToTheSeal(seal, signal);
      const history = { tried, ...(this.#sourceFailure === undefined ? {} : { sourceFailure: this.#sourceFailure }) };
      return { statement: logStatementOf(this.#account.captured(), seal, history), report: this.#account.report() };
    } finally {
      clearTimeout(ask);
      asking.abort();
    }
  }

  /** After a crash: what is stored is counted again, and writing goes on behind it. */
  async #replayStored(signal: AbortSignal): Promise<LogWriter> {
    this.#account = new LogAccount(this.#report);
    const writer = await this.#deps.bus.openLog(this.#subject, this.#container.containerId);
    if (writer.end === 0) return writer;
    for await (const { bytes } of this.#deps.bus.readLog(this.#subject, { follow: false }, signal)) {
      this.#account.add(bytes);
      // Another writer may have gone on meanwhile: what lies behind the writer's end is replayed when it is met.
      if (this.#account.bytes >= writer.end) break;
    }
    return writer;
  }

  /** Follows the log, reopening it as often as it takes, until the container is known to have ended and its stream has ended after that. */
  async #followUntilEnd(signal: AbortSignal, asking: AbortSignal): Promise<ContainerEndTold> {
    for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 2_000)) {
      signal.throwIfAborted();
      const known = this.#end;
      const outcome = await this.#readOnce(known === undefined, signal);
      if (known !== undefined && (outcome === 'ended' || outcome === 'gone')) return known;
      if (this.#end === undefined) this.#askForEnd(asking);
      // A stream that ended before the container's end is known says nothing; that fact usually comes in a moment.
      const told = await Promise.race([this.#told.promise, pause(outcome === 'ended' ? 1_000 : waitMs, signal)]);
      if (told !== undefined && (outcome === 'gone' || (outcome === 'ended' && this.#isWhole(told)))) return told;
      if (outcome === 'ended') waitMs = 20;
    }
  }

  #isWhole({ seal }: ContainerEndTold): boolean {
    return seal !== undefined && this.#account.bytes >= seal.bytes;
  }

  /** The fact may have been handed to another replica, or come before this process started. */
  #askForEnd(signal: AbortSignal): void {
    if (this.#asking) return;
    this.#asking = true;
    const ask = (type: 'container-ended' | 'pod-gone'): void =>
      void this.#deps.bus
        .awaitFact(podFactSubject(type, this.#container), signal)
        .then(({ fact: said }) =>
          this.tellEnd(said.type === 'container-ended' && said.data.seal !== undefined ? { seal: said.data.seal } : {}),
        )
        .catch(() => undefined);
    ask('container-ended');
    ask('pod-gone');
  }

  /** Re-reads from the stored offset until the bytes reach what the seal counted, or the evidence is exhausted. */
  async #readToTheSeal(seal: Seal | undefined, signal: AbortSignal): Promise<string[]> {
    const tried: string[] = [];
    for (const waitMs of this.#deps.rereadAfterMs) {
      if (this.#sourceFailure !== undefined || (seal !== undefined && this.#account.bytes >= seal.bytes)) break;
      await sleep(waitMs, undefined, { signal });
      const before = this.#account.bytes;
      const outcome = await this.#readOnce(false, signal);
      tried.push(
        `read again after ${waitMs} ms from byte ${before}: ${outcome}, ${this.#account.bytes - before} more bytes`,
      );
    }
    return tried;
  }

  async #readOnce(follow: boolean, signal: AbortSignal): Promise<'ended' | 'broken' | 'waiting' | 'gone'> {
    const { pod, podUid, containerId } = this.#container;
    const reading = new AbortController();
    const over = AbortSignal.any([signal, reading.signal]);
    const ref = { podUid, podName: pod, containerId };
    const opened = await this.#deps.cluster.openLog(ref, { offset: this.#account.bytes, follow }, over);
    if (opened.kind === 'waiting' || opened.kind === 'unavailable')
      return opened.kind === 'waiting' ? 'waiting' : 'broken';
    if (opened.kind === 'gone') {
      this.#sourceFailure = `the cluster has no log: ${opened.message}`;
      return 'gone';
    }
    await this.#sayOpened();
    const watch = { ended: this.#told.promise, bytes: () => this.#account.bytes, quietMs: this.#deps.quietMs, over };
    if (follow) void stopWhenQuiet(reading, watch);
    try {
      for await (const bytes of chunked(opened.body, this.#deps.chunkIdleMs)) await this.#store(bytes, signal);
      return 'ended';
    } catch (error) {
      signal.throwIfAborted();
      if (reading.signal.aborted) return 'ended';
      if (error instanceof OtherWriter) this.#writer = await this.#replayStored(signal);
      return 'broken';
    } finally {
      reading.abort();
    }
  }

  async #store(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const outcome = await this.#writer?.append({ offset: this.#account.bytes, bytes });
    if (outcome?.kind !== 'stored') throw new OtherWriter();
    this.#account.add(bytes);
  }

  async #sayOpened(): Promise<void> {
    if (this.#opened) return;
    this.#opened = true;
    const { evaluation, attempt, podUid, containerId } = this.#container;
    await this.#deps.bus.publishFact(
      fact('log-opened', { evaluation, attempt, at: this.#deps.now() }, { podUid, containerId }),
    );
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Another replica stored bytes at our offset: what it stored is as good as ours, so go on behind it. */
class OtherWriter extends Error {}
