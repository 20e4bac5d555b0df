import { setImmediate as turn } from 'node:timers/promises';
import type { LogPart } from '@lacuna/cluster';
import { eventually } from '@lacuna/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FinalReadQueue, type QueuedLog } from '../src/final-read-queue.ts';
import { Captures, end, endedWith, text, within, type OpenLog, type RunningContainer } from './support/captures.ts';

const captures = Captures.use();
const BYTES = 100_000;
const PIECES = 10;
/** Whoever waits here waits for the test. */
const NEVER_STALLED_MS = 600_000;

afterEach(() => void vi.useRealTimers());

/** Containers whose logs are read when the test says so; by their pods' names. */
function held(): {
  readonly openLog: OpenLog;
  readonly asked: string[];
  readonly letGo: (podName: string) => void;
} {
  const asked: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (podName: string): PromiseWithResolvers<void> => {
    const one = gates.get(podName) ?? Promise.withResolvers<void>();
    gates.set(podName, one);
    return one;
  };
  return {
    asked,
    letGo: (podName) => gate(podName).resolve(),
    openLog: async (container, from, signal) => {
      asked.push(container.podName);
      await gate(container.podName).promise;
      return captures.cluster.openLog(container, from, signal);
    },
  };
}

/** Containers that have written and not ended yet, of which nothing is read before that. */
async function several(count: number, openLog: OpenLog, finalReadQueue: FinalReadQueue) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { pod, capture } = await captures.running(captures.withLog(openLog), { afterMs: 60_000, finalReadQueue });
      pod.write(text('x'.repeat(BYTES)));
      const capturing = capture();
      return { pod, name: pod.snapshot!.name, capturing, result: capturing.run(within()) };
    }),
  );
}

describe('containers that end at once', () => {
  test('have their logs closed one after the other, the oldest end first', async () => {
    const { openLog, asked, letGo } = held();
    const queue = new FinalReadQueue(BYTES, NEVER_STALLED_MS);
    const all = (await several(4, openLog, queue)).toReversed();
    const names = all.map(({ name }) => name);
    for (const [i, { pod, capturing }] of all.entries()) {
      end(pod, capturing);
      // The others come to the queue in any order, while the first is read.
      if (i === 0) await eventually('the first is read', () => asked.length === 1);
    }
    for (const [i, { name, result }] of all.entries()) {
      await eventually('the others wait', () => asked.length + queue.waiting === all.length);
      expect(asked).toEqual(names.slice(0, i + 1));
      letGo(name);
      expect((await result).statement).toMatchObject({ state: 'sealed', bytes: BYTES });
    }
  });

  test('are read side by side where only what is new of each has to be sent', async () => {
    const { openLog, asked, letGo } = held();
    const kept: OpenLog = async (container, from, signal) => {
      const opened = await (from.follow ? captures.followsForEver : openLog)(container, from, signal);
      return opened.kind === 'open' ? { ...opened, isKept: true } : opened;
    };
    const finalReadQueue = new FinalReadQueue(1.5 * BYTES, NEVER_STALLED_MS);
    const all = await Promise.all(
      [1, 2].map(async () => {
        const { pod, capture, stored } = await captures.running(captures.withLog(kept), { finalReadQueue });
        pod.write(text('x'.repeat(BYTES)));
        const capturing = capture();
        const result = capturing.run(within());
        await eventually('what it has written is stored', async () => (await stored()).length === BYTES);
        pod.write(text('the end'));
        end(pod, capturing);
        return { name: pod.snapshot!.name, result };
      }),
    );
    await eventually('both are read', () => asked.length === 2);
    for (const { name } of all) letGo(name);
    for (const { result } of all)
      expect((await result).statement).toMatchObject({ state: 'sealed', bytes: BYTES + 'the end'.length });
  });

  test('and were killed or taken away are read without waiting for the others', async () => {
    const { openLog, asked, letGo } = held();
    const queue = new FinalReadQueue(BYTES, NEVER_STALLED_MS);
    const [first, second, third] = await several(3, openLog, queue);
    end(first!.pod, first!.capturing);
    await eventually('the first is read', () => asked.length === 1);
    end(second!.pod, second!.capturing);
    await eventually('the second waits', () => queue.waiting === 1);
    third!.pod.end({ exitCode: 137, sealed: true });
    third!.capturing.tellEnd({ ...endedWith(third!.pod.snapshot!.ended!.seal), cause: 'killed' });
    letGo(third!.name);
    expect((await third!.result).statement).toMatchObject({ state: 'sealed', bytes: BYTES });
    expect(queue.waiting).toBe(1);
    for (const { name } of [first!, second!]) letGo(name);
    for (const { result } of [first!, second!]) expect((await result).statement).toMatchObject({ state: 'sealed' });
  });

  test('are all closed in the end by collectors that are killed again and again, each before it can have read all', async () => {
    const logs = 6;
    let reads = 0;
    let crash = new AbortController();
    // As a kubelet does, it reads from the first byte on, whatever is asked for; each life lasts for so many reads.
    const fromItsStart: OpenLog = async (container, from, signal) => {
      const opened = await captures.cluster.openLog(container, { ...from, offset: 0 }, signal);
      if (opened.kind !== 'open') return opened;
      async function* body(source: AsyncIterable<LogPart>): AsyncGenerator<LogPart> {
        let offset = 0;
        for await (const { bytes } of inPieces(source)) {
          await turn();
          if (reads++ >= 2 * PIECES) crash.abort(new Error('killed'));
          signal.throwIfAborted();
          const fresh = bytes.subarray(Math.max(0, from.offset - offset));
          offset += bytes.length;
          if (fresh.length > 0) yield { bytes: fresh };
        }
      }
      return { kind: 'open', body: body(opened.body) };
    };
    const queue = new FinalReadQueue(BYTES, NEVER_STALLED_MS);
    let open = await Promise.all(
      Array.from({ length: logs }, () => captures.running(captures.withLog(fromItsStart), { finalReadQueue: queue })),
    );
    for (const { pod } of open) {
      pod.write(text('x'.repeat(BYTES)));
      pod.end({ exitCode: 0, sealed: true });
    }
    for (let life = 1; open.length > 0; life++) {
      expect(life).toBeLessThanOrEqual(logs);
      reads = 0;
      crash = new AbortController();
      const closed = await Promise.all(open.map((one) => isClosed(one, crash.signal)));
      open = open.filter((_, i) => !closed[i]);
    }
  });

  test('may wait for others for longer than a source that fails is asked again, and are asked as ever then', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let refusals = 1;
    const failing: OpenLog = async (container, from, signal) => {
      if (refusals-- > 0) return { kind: 'unavailable', message: 'the kubelet is away' };
      return captures.cluster.openLog(container, from, signal);
    };
    const [only] = await several(1, failing, new LongQueue(BYTES));
    end(only!.pod, only!.capturing);
    expect((await only!.result).statement).toMatchObject({ state: 'sealed', bytes: BYTES });
  });
});

async function* inPieces(source: AsyncIterable<LogPart>): AsyncGenerator<LogPart> {
  for await (const { bytes } of source)
    for (let at = 0; at < bytes.length; at += BYTES / PIECES) yield { bytes: bytes.subarray(at, at + BYTES / PIECES) };
}

/** Whether its log was sealed before the collector was killed. */
async function isClosed({ pod, capture }: RunningContainer, killed: AbortSignal): Promise<boolean> {
  const capturing = capture();
  capturing.tellEnd(endedWith(pod.snapshot!.ended!.seal));
  try {
    const { statement } = await capturing.run(AbortSignal.any([killed, within()]));
    expect(statement).toMatchObject({ state: 'sealed', bytes: BYTES });
    return true;
  } catch (error) {
    if (!killed.aborted) throw error;
    return false;
  }
}

/** In which each waits for a minute, so to speak. */
class LongQueue extends FinalReadQueue {
  override run<T>(log: QueuedLog, read: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const afterAll = (): Promise<T> => {
      vi.advanceTimersByTime(60_000);
      return read();
    };
    return super.run(log, afterAll, signal);
  }
}
