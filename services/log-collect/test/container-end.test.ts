import { fact, type FactData, type FactOf } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import type { Bus, RecordedFact } from '@lacuna/messaging';
import { describe, expect, test } from 'vitest';
import { ContainerEndWatch, endOf } from '../src/container-end.ts';

const ABOUT = { evaluation: testId(), attempt: 1, at: 1 };
const SHA = 'a'.repeat(64);
const SEAL = { v: 1, bytes: 3, lines: 1, sha256: SHA, endedAt: 0, drainMs: 0 } as const;
const CONTAINER = { evaluation: testId(), attempt: 1, pod: 'p', podUid: 'u', containerId: 'c' };

const ended = (data: Partial<FactData<'container-ended'>>): FactOf<'container-ended'> =>
  fact('container-ended', ABOUT, { pod: 'p', podUid: 'u', containerId: 'c', reason: 'Completed', ...data });
const gone = (cause: FactData<'pod-gone'>['cause']): FactOf<'pod-gone'> =>
  fact('pod-gone', ABOUT, { podUid: 'u', cause, message: 'in its words' });

describe('what took a container away before it could be sealed', () => {
  test.for<[Partial<FactData<'container-ended'>>, string, string]>([
    [{ exitCode: 0 }, 'no-seal', 'Completed, exit code 0'],
    [{ reason: 'Error', exitCode: 1 }, 'no-seal', 'Error, exit code 1'],
    [{ reason: 'Error', exitCode: 137 }, 'killed', 'Error, exit code 137'],
    [{ reason: 'Error', signal: 'SIGKILL' }, 'killed', 'Error, SIGKILL'],
    [{ reason: 'Error', signal: 'SIGTERM' }, 'no-seal', 'Error, SIGTERM'],
    [{ reason: 'OOMKilled', exitCode: 0 }, 'killed', 'OOMKilled, exit code 0'],
    [{ reason: 'DeadlineExceeded' }, 'killed', 'DeadlineExceeded'],
    [{ reason: 'Stopped', signal: 'SIGTERM' }, 'killed', 'Stopped, SIGTERM'],
    [{ reason: 'Evicted', exitCode: 137 }, 'evicted', 'Evicted, exit code 137'],
    [{ reason: 'Preempted', exitCode: 143 }, 'evicted', 'Preempted, exit code 143'],
    [{ reason: 'Deleted', exitCode: 143 }, 'deleted', 'Deleted, exit code 143'],
    [{ reason: 'Lost' }, 'node-gone', 'Lost'],
  ])('of %j is %s', ([told, cause, words]) => {
    expect(endOf(ended(told))).toEqual({ kind: 'ended', cause, words });
  });

  test.for<[FactData<'pod-gone'>['cause'], string]>([
    ['evicted', 'evicted'],
    ['preempted', 'evicted'],
    ['deleted', 'deleted'],
    ['node-lost', 'node-gone'],
    ['unknown', 'no-seal'],
  ])('of a pod that is %s is %s', ([told, cause]) => {
    expect(endOf(gone(told))).toEqual({ kind: 'leaving', cause, words: `${told}: in its words` });
  });
});

describe('who counted what was written', () => {
  const witness = (data: Partial<FactData<'container-ended'>>) => {
    const { seal, sealedBy, spool } = endOf(ended(data));
    return { seal, sealedBy, spool };
  };
  const SPOOL = { v: 1, bytes: 2, sha256: SHA } as const;

  test('is the helper, whatever the spool has', () => {
    expect(witness({ seal: SEAL })).toEqual({ seal: SEAL });
    expect(witness({ seal: SEAL, spool: SPOOL })).toEqual({ seal: SEAL, spool: SPOOL });
  });

  test('is the spool, when the helper was killed, and only if it counted all and nothing went wrong', () => {
    expect(witness({ spool: SPOOL })).toEqual({ seal: { bytes: 2, sha256: SHA }, sealedBy: 'spool', spool: SPOOL });
    for (const spool of [
      { v: 1, bytes: 2 },
      { v: 1, sha256: SHA },
      { ...SPOOL, error: 'no room' },
    ] as const)
      expect(witness({ spool })).toEqual({ spool });
  });

  test('and since when is told, where it is known', () => {
    expect(endOf(ended({ startedAt: 7 })).startedAt).toBe(7);
  });
});

describe('the end of a container', () => {
  /** A stream that gives what it is asked for when it is told. */
  function stream() {
    const asked: string[] = [];
    const waiting = new Map<string, PromiseWithResolvers<RecordedFact>>();
    const bus: Pick<Bus, 'awaitFact'> = {
      awaitFact: (subject) => {
        asked.push(subject);
        const answer = Promise.withResolvers<RecordedFact>();
        waiting.set(subject.includes('container-ended') ? 'ended' : 'gone', answer);
        return answer.promise;
      },
    };
    const tell = (what: 'ended' | 'gone', told: FactOf<'container-ended'> | FactOf<'pod-gone'>): void =>
      waiting.get(what)?.resolve({ fact: told } as RecordedFact);
    return { bus, asked, tell, waiting };
  }
  const { signal } = new AbortController();

  test('that was seen counts more than a pod that is leaving, and the first word of each stands', async () => {
    const end = new ContainerEndWatch(stream().bus, CONTAINER);
    expect([end.known, end.since]).toEqual([undefined, 0]);
    const { news } = end;
    end.tell(endOf(gone('deleted')));
    await news;
    expect(end.since).toBeGreaterThan(0);
    end.tell(endOf(gone('evicted')));
    expect(end.known?.cause).toBe('deleted');
    const more = end.news;
    end.tell(endOf(ended({ exitCode: 0 })));
    await more;
    expect(end.known?.kind).toBe('ended');
    end.tell(endOf(ended({ exitCode: 1 })));
    end.tell(endOf(gone('evicted')));
    expect(end.known?.words).toBe('Completed, exit code 0');
  });

  test('is asked of the stream, once, by both of its facts; an answer that does not come ends nothing', async () => {
    const { bus, asked, tell, waiting } = stream();
    const end = new ContainerEndWatch(bus, CONTAINER);
    end.ask(signal);
    end.ask(signal);
    expect(asked).toHaveLength(2);
    waiting.get('ended')?.reject(new Error('the stream is away'));
    const { news } = end;
    tell('gone', gone('node-lost'));
    await news;
    expect(end.known).toMatchObject({ kind: 'leaving', cause: 'node-gone' });
  });

  test('that is known is not asked for', () => {
    const { bus, asked } = stream();
    const end = new ContainerEndWatch(bus, CONTAINER);
    end.tell(endOf(ended({ exitCode: 0 })));
    end.ask(signal);
    expect(asked).toEqual([]);
  });
});
