import { LogNotFollowed, type LogPart } from '@lacuna/cluster';
import { eventually } from '@lacuna/testing';
import { describe, expect, test, vi } from 'vitest';
import { LogTraffic } from '../src/log-traffic.ts';
import { Captures, end, text, within, type OpenLog } from './support/captures.ts';

const captures = Captures.use();

/** A source that follows for ever, and whether it was followed at each read. */
function noted(): { readonly openLog: OpenLog; readonly reads: readonly boolean[] } {
  const reads: boolean[] = [];
  const openLog: OpenLog = (container, from, signal) => {
    reads.push(from.follow);
    return captures.followsForEver(container, from, signal);
  };
  return { openLog, reads };
}

describe('a capture', () => {
  test('of a source whose stream never ends is closed by the end of the container, and is whole', async () => {
    const { pod, capture, stored } = await captures.running(captures.withLog(captures.followsForEver));
    const capturing = capture();
    pod.write(text('all there is'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'all there is');
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 12, tried: [] });
  });

  test('of a container that ends at once reads its log once, and does not follow it', async () => {
    const { openLog, reads } = noted();
    const { pod, capture, stored } = await captures.running(captures.withLog(openLog), { afterMs: 10_000 });
    const capturing = capture();
    const result = capturing.run(within());
    pod.write(text('short'));
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 5 });
    expect(await stored()).toBe('short');
    expect(reads).toEqual([false]);
  });

  test('is not followed while others bring much, and is read when it has ended', async () => {
    const { openLog, reads } = noted();
    const traffic = new LogTraffic(1_000);
    const heavy = vi.spyOn(traffic, 'isHeavy', 'get').mockReturnValue(true);
    const { pod, capture, stored } = await captures.running(captures.withLog(openLog), { traffic });
    const capturing = capture();
    const result = capturing.run(within());
    pod.write(text('read in one go'));
    await eventually('it was held back', () => heavy.mock.calls.length > 1);
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 14 });
    expect(await stored()).toBe('read in one go');
    expect(reads).toEqual([false]);
  });

  test('is followed when the others are done with that', async () => {
    const traffic = new LogTraffic(1_000);
    const others = Array.from({ length: 8 }, () => ({}));
    for (const other of others) traffic.opening(other);
    const { pod, capture, stored } = await captures.running(captures.cluster, { traffic });
    const capturing = capture();
    const result = capturing.run(within());
    pod.write(text('while it runs'));
    for (const other of others) traffic.closed(other);
    await eventually('followed', async () => (await stored()) === 'while it runs');
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed' });
  });

  test('of a source that has no watch left to follow it by is read every so often only, and is whole', async () => {
    const reads: boolean[] = [];
    const source = captures.withLog(async (container, from, signal) => {
      reads.push(from.follow);
      const opened = await captures.cluster.openLog(container, { ...from, follow: false }, signal);
      if (opened.kind !== 'open' || !from.follow) return opened;
      async function* body(parts: AsyncIterable<LogPart>): AsyncIterable<LogPart> {
        yield* parts;
        throw new LogNotFollowed('too many open files');
      }
      return { kind: 'open', body: body(opened.body) };
    });
    const { pod, capture, stored } = await captures.running(source);
    const capturing = capture();
    pod.write(text('at first'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'at first');
    const readAgain = eventually('read again', () => reads.length > 1, { withinMs: 1_500 });
    await expect(readAgain).rejects.toThrow('read again');
    pod.write(text(', and then'));
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 18 });
    expect(reads).toEqual([true, false]);
  });

  test.each(['ended', 'gone'] as const)(
    'of a deleted pod whose log is %s before the end of its container was told waits for that, and is sealed by it',
    async (how) => {
      const reads: boolean[] = [];
      const source = captures.withLog(async (container, from, signal) => {
        reads.push(from.follow);
        if (how === 'gone' && reads.length > 1) return { kind: 'gone', message: 'no such pod' };
        return captures.cluster.openLog(container, { ...from, follow: false }, signal);
      });
      const { pod, capture, stored } = await captures.running(source, { leavingMs: 60_000 });
      const capturing = capture();
      pod.write(text('last words'));
      capturing.tellEnd({ kind: 'leaving', words: 'deleted: by somebody', cause: 'deleted' });
      const result = capturing.run(within());
      await eventually('stored', async () => (await stored()) === 'last words');
      const readAgain = eventually('read again', () => reads.length > 2, { withinMs: 1_500 });
      await expect(readAgain).rejects.toThrow('read again');
      end(pod, capturing);
      expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 10 });
    },
  );

  test('whose stream ends behind the end of its container is closed by that, and waits for nothing more', async () => {
    const over = Promise.withResolvers<void>();
    const source = captures.withLog(async (container, from, signal) => {
      const opened = await captures.cluster.openLog(container, { ...from, follow: false }, signal);
      async function* body(parts: AsyncIterable<LogPart>): AsyncIterable<LogPart> {
        yield* parts;
        await over.promise;
        yield { bytes: text(', and the rest') };
      }
      return opened.kind === 'open' ? { kind: 'open', body: body(opened.body) } : opened;
    });
    const { pod, capture, stored } = await captures.running(source, { leavingMs: 600_000 });
    const capturing = capture();
    pod.write(text('the beginning'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'the beginning');
    pod.write(text(', and the rest'));
    end(pod, capturing);
    over.resolve();
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 27, tried: [] });
  });

  test('of a pod that vanished closes with what was captured, and says that the cluster has no log', async () => {
    const { pod, capture, stored } = await captures.running();
    const capturing = capture();
    pod.write(text('last words\n'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'last words\n');
    pod.vanish();
    capturing.tellEnd({ kind: 'leaving', words: 'deleted: by somebody', cause: 'deleted' });
    expect((await result).statement).toMatchObject({
      state: 'unsealed',
      bytes: 11,
      reason: expect.stringMatching(/no log/),
    });
  });
});
