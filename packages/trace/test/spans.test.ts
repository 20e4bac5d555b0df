import { ATTRIBUTES, STAGES, spanIdOf, type ContractSpan } from '@lacuna/contracts';
import { decide, fold, join, nextDeadline, type Evaluation } from '@lacuna/lifecycle';
import { Story } from '@lacuna/contracts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STORIES } from '@lacuna/lifecycle/testing';
import { isWording, spansOf } from '../src/index.ts';

function settle({ facts, id, now }: Story): Evaluation {
  let evaluation = fold(id, facts);
  for (let at = now + 1; evaluation.settled === undefined; at = Math.max(at, nextDeadline(evaluation) ?? at)) {
    for (const due of decide(evaluation, at)) evaluation = join(evaluation, { fact: due, storedAt: at });
  }
  return evaluation;
}

const named = (spans: readonly ContractSpan[], name: string): ContractSpan | undefined =>
  spans.find((span) => span.name === name);

describe('the trace of a settled evaluation', () => {
  test.for(Object.keys(STORIES) as (keyof typeof STORIES)[])(
    'of %s has one root, and every stage as a span or named as not owed',
    (story) => {
      const evaluation = settle(STORIES[story]());
      const spans = spansOf(evaluation);
      const roots = spans.filter((span) => span.parentSpanId === undefined);
      expect(roots.map((span) => span.name)).toEqual(['RUN suite']);
      const ids = new Set(spans.map((span) => span.spanId));
      expect(spans.filter((span) => span.parentSpanId !== undefined && !ids.has(span.parentSpanId))).toEqual([]);
      expect(ids.size).toBe(spans.length);
      expect(spans.every((span) => span.endMs >= span.startMs)).toBe(true);
      const told = new Set(spans.map((span) => span.attributes[ATTRIBUTES.stage]));
      const notOwed = new Set(spans.flatMap((span) => span.attributes[ATTRIBUTES.notOwed] ?? []));
      expect(STAGES.filter((stage) => !told.has(stage) && !notOwed.has(stage))).toEqual([]);
    },
  );

  test('is the same to the byte for any order and repetition of the facts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(STORIES)), fc.infiniteStream(fc.nat()), (story, randoms) => {
        const evaluation = settle(story());
        const random = randoms[Symbol.iterator]();
        const told = [
          ...story().facts,
          { fact: evaluation.settled!, storedAt: 0 },
          ...Object.values(evaluation.findings).flatMap((f) => (f.raised ? [{ fact: f.raised, storedAt: 0 }] : [])),
        ];
        const twice = [...told, ...told]
          .map((one) => ({ one, order: random.next().value ?? 0 }))
          .sort((a, b) => a.order - b.order);
        expect(
          JSON.stringify(
            spansOf(
              fold(
                evaluation.id,
                twice.map(({ one }) => one),
              ),
            ),
          ),
        ).toBe(JSON.stringify(spansOf(fold(evaluation.id, told))));
      }),
    );
  });

  test('shows a pod that never came as an ERROR span as long as the wait, with the reason first', () => {
    const spans = spansOf(settle(STORIES.noPod()));
    const hole = named(spans, 'pod.create missing');
    expect(hole?.status).toEqual({ code: 'error', message: 'FailedCreate: exceeded quota' });
    expect(hole && hole.endMs - hole.startMs).toBe(30_000);
    expect(hole?.attributes[ATTRIBUTES.errorType]).toBe('lacuna.missing.pod.create');
    expect(hole?.links[0]?.spanId).toBe(named(spans, 'job.create')?.spanId);
    expect(spans.filter((span) => span.status.code === 'error').map((span) => span.name)).toEqual([
      'RUN suite',
      'pod.create missing',
    ]);
  });

  test('shows a cut log and its missing results as ERROR spans', () => {
    const spans = spansOf(settle(STORIES.seventeenOf25()));
    expect(named(spans, 'log.capture truncated')?.status.message).toMatch(/cut after byte 60/);
    expect(named(spans, 'report.read results-missing')?.status.message).toMatch(/17 of 25/);
  });

  test('has words of its own for what broke a stage; those of a hole and of the verdict are kept by their facts', () => {
    const wordings = (spans: readonly ContractSpan[]): string[] =>
      spans.flatMap((span) =>
        ['status message', ATTRIBUTES.tests, ATTRIBUTES.reason, ATTRIBUTES.errorType]
          .filter((what) => (what === 'status message' ? span.status.message : span.attributes[what]))
          .filter((what) => isWording(span, what))
          .map((what) => `${span.name}: ${what}`),
      );
    expect(wordings(spansOf(settle(STORIES.noPod())))).toEqual([]);
    expect(wordings(spansOf(settle(STORIES.seventeenOf25())))).toEqual([
      'log.capture truncated: status message',
      'report.read results-missing: status message',
      'report.read results-missing: lacuna.tests',
    ]);
  });

  test.each([
    ['with other rules and words', 'container.start', (story: Story) => story.neverStarted('no such file')],
    ['to whose rules it is none', 'container.run', (story: Story) => story.started().ended()],
  ] as const)(
    'shows a broken stage once, as it was told, when it is exported again by a version %s',
    (_, stage, end) => {
      const told = { stage, cause: 'of-another-version', reason: 'other words' } as const;
      const story = end(new Story().submitted().jobCreated().podCreated().podScheduled());
      story.tell('finding-raised', { ...told, since: Story.T0, notOwed: [] }).tell('settled', {
        verdict: 'error',
        reason: '',
        evidenceAt: story.now,
        notOwed: [],
        evidence: { absent: [] },
      });
      const broken = spansOf(fold(story.id, story.facts)).filter(({ name }) => name.startsWith(stage));
      expect(broken).toMatchObject([
        {
          name: `${stage} of-another-version`,
          spanId: spanIdOf(story.id, 1, `${stage}/of-another-version`),
          status: { message: 'other words' },
        },
      ]);
    },
  );

  test('keeps what is final at the finding unchanged when the stage comes late, and adds it as a new span', () => {
    const story = new Story().submitted().after(10).jobCreated();
    let evaluation = fold(story.id, story.facts);
    const deadline = nextDeadline(evaluation)!;
    for (const due of decide(evaluation, deadline)) evaluation = join(evaluation, { fact: due, storedAt: deadline });
    const before = spansOf(evaluation);
    const late = new Story().submitted().after(10).jobCreated().after(40_000).podCreated();
    const after = spansOf(late.facts.reduce(join, evaluation));
    expect(after).toEqual(expect.arrayContaining(before));
    expect(named(after, 'pod.create late')?.spanId).toBe(spanIdOf(story.id, 1, 'pod.create/late'));
  });

  test('does not mark a failing program as a broken stage: only the root is red', () => {
    const spans = spansOf(settle(STORIES.testsFailed()));
    expect(spans.filter((span) => span.status.code === 'error').map((span) => span.name)).toEqual(['RUN suite']);
  });

  test.for([
    ['passed', 'container.run', 'success'],
    ['testsFailed', 'container.run', 'failure'],
    ['timedOut', 'container.run timeout', 'timeout'],
    ['cancelledRunning', 'container.run', 'cancellation'],
    ['oom', 'container.run oom-killed', 'error'],
    ['killed', 'container.run killed', 'error'],
    ['deletedBySomebody', 'container.run deleted', 'error'],
    ['stoppedUnasked', 'container.run stopped', 'error'],
  ] as const)('of %s says of its %s: %s', ([story, name, result]) => {
    expect(named(spansOf(settle(STORIES[story]())), name)?.attributes[ATTRIBUTES.taskResult]).toBe(result);
  });

  test("links the caller's trace and never inherits it", () => {
    const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    const story = new Story();
    story
      .tell('submitted', {
        spec: { name: 'suite', command: ['x'] },
        specHash: 'x',
        via: 'http',
        callerTraceparent: caller,
      })
      .tell('job-refused', { cause: 'denied', message: 'no' });
    const root = spansOf(settle(story))[0];
    expect(root?.links).toEqual([
      {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        attributes: { 'lacuna.link': 'caller' },
      },
    ]);
    expect(root?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
  });

  test('of a second attempt shows both, each stage under a name of its own, and why there was another', () => {
    const spans = spansOf(settle(STORIES.retried()));
    expect(named(spans, 'container.run killed')?.attributes[ATTRIBUTES.attempt]).toBe(1);
    expect(named(spans, 'retry: infrastructure')?.attributes).toMatchObject({ [ATTRIBUTES.retryNext]: 2 });
    expect(named(spans, 'container.run (attempt 2)')?.attributes[ATTRIBUTES.attempt]).toBe(2);
    expect(spans.filter(({ attributes }) => attributes[ATTRIBUTES.stage] === 'verdict')).toHaveLength(1);
    expect(named(spans, 'RUN suite')?.attributes[ATTRIBUTES.attempt]).toBe(2);
  });

  test('shows what was waited for as children of the stage, cause by cause', () => {
    const [from, to] = [Story.T0, Story.T0 + 8];
    const waits = [
      { stage: 'queue', cause: 'quota', from, to, ms: 5 },
      { stage: 'job.create', cause: 'unavailable', from: to, to: to + 1, ms: 1 },
    ] as const;
    const created = { job: 'j', jobUid: 'job-1', slotAt: Story.T0 + 9, adopted: false, requests: 2, delaysMs: {} };
    const story = new Story()
      .submitted()
      .after(10)
      .tell('job-created', { ...created, waits: [...waits] });
    const spans = spansOf(fold(story.id, story.facts));
    const quota = named(spans, 'waiting: quota');
    expect(quota).toMatchObject({ startMs: from, endMs: to, attributes: { [ATTRIBUTES.waitMs]: 5 } });
    expect(quota?.parentSpanId).toBe(named(spans, 'queue')?.spanId);
    expect(named(spans, 'waiting: unavailable')?.parentSpanId).toBe(named(spans, 'job.create')?.spanId);
  });

  test('says in the words of the cluster that the pod waited for a quota, also when it came in time', () => {
    const message = 'exceeded quota: five, requested: pods=1, used: pods=5, limited: pods=5';
    const story = new Story().submitted().jobCreated().after(1_500);
    story
      .tell('cluster-warned', { object: 'job', uid: 'job-1', reason: 'FailedCreate', message, quota: 'full' })
      .after(500)
      .podCreated();
    const spans = spansOf(fold(story.id, story.facts));
    const quota = named(spans, 'waiting: quota');
    expect(quota).toMatchObject({ attributes: { [ATTRIBUTES.waitMs]: 2_000, [ATTRIBUTES.reason]: message } });
    expect(quota?.parentSpanId).toBe(named(spans, 'pod.create')?.spanId);
  });
});
