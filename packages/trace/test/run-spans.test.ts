import {
  evaluationOfRun,
  evaluationsOfRun,
  runSpanIdOf,
  runTraceIdOf,
  traceIdOf,
  type RunPlace,
} from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { compareAlone, decide, fold, join, type Evaluation } from '@lacuna/lifecycle';
import { describe, expect, test } from 'vitest';
import { runSpansOf, spansOf } from '../src/index.ts';
import { rootSpanId } from '../src/stage-span.ts';

const RUN = { id: 'run-00000000000000000000000001', suites: ['e2e', 'unit'] };
const E2E: RunPlace = { ...RUN, suite: 'e2e' };
const UNIT: RunPlace = { ...RUN, suite: 'unit' };

/** An evaluation at a place of the run, told to the end of its log and, if so wished, settled. */
function evaluation(run: RunPlace, { begin = Story.T0, exitCode = 0, settled = true } = {}): Evaluation {
  const story = new Story(evaluationOfRun(run), begin)
    .running({ run })
    .after(50)
    .ended({ exitCode })
    .logClosed()
    .reportRead();
  let told = fold(story.id, story.facts);
  if (settled) for (const fact of decide(told, story.now + 1)) told = join(told, { fact, storedAt: story.now + 1 });
  return told;
}

describe('the trace of a run', () => {
  test('is whole with the last verdict: one root with a suite each below it, linked to the traces of the evaluations', () => {
    const [e2e, unit] = [evaluation(E2E), evaluation(UNIT, { begin: Story.T0 + 5, exitCode: 1 })];
    expect(evaluationsOfRun(E2E)).toEqual([e2e.id, unit.id]);
    const [root, suite, ...more] = runSpansOf(unit, [e2e, unit]);
    expect(more).toEqual([]);
    expect(root).toMatchObject({
      traceId: runTraceIdOf(RUN.id),
      name: 'RUN e2e, unit',
      startMs: Story.T0,
      endMs: unit.settled?.at,
      status: { code: 'error', message: expect.stringMatching(/^unit /) },
    });
    expect(root?.links.map(({ traceId }) => traceId)).toEqual([traceIdOf(e2e.id), traceIdOf(unit.id)]);
    expect(suite).toMatchObject({ name: 'SUITE unit', traceId: root?.traceId, parentSpanId: root?.spanId });
    expect(suite?.links).toMatchObject([{ traceId: traceIdOf(unit.id), spanId: rootSpanId(unit) }]);
  });

  test('has no root before all suites have a verdict', () => {
    const e2e = evaluation(E2E);
    expect(runSpansOf(e2e, [e2e]).map(({ name }) => name)).toEqual(['SUITE e2e']);
    expect(runSpansOf(evaluation(UNIT, { settled: false }), [e2e])).toEqual([]);
  });

  test('has the same root to the byte, whichever suite it is exported with', () => {
    const all = [evaluation(E2E), evaluation(UNIT)];
    const [ofE2e, ofUnit] = all.map((one) => JSON.stringify(runSpansOf(one, all)[0]));
    expect(ofE2e).toBe(ofUnit);
  });

  test('shows what a suite does by itself below what it did together, linked to it', () => {
    const alone = evaluation({ ...E2E, alone: 1 });
    const [span, ...more] = runSpansOf(alone, [evaluation(E2E), evaluation(UNIT)]);
    expect(more).toEqual([]);
    expect(span).toMatchObject({ name: 'SUITE e2e alone', parentSpanId: runSpanIdOf(RUN.id, E2E) });
    expect(span?.links.map(({ traceId }) => traceId)).toEqual([traceIdOf(alone.id), traceIdOf(evaluationOfRun(E2E))]);
  });

  test('is linked from the trace of each evaluation', () => {
    const root = spansOf(evaluation(E2E)).find(({ parentSpanId }) => parentSpanId === undefined);
    expect(root?.links).toMatchObject([{ traceId: runTraceIdOf(RUN.id), spanId: runSpanIdOf(RUN.id, E2E) }]);
  });
});

test('a repetition by itself is a span of the trace of the suite as it ran together, linked to both others', () => {
  const [together, beside, alone] = [
    evaluation(E2E, { exitCode: 1 }),
    evaluation(UNIT),
    evaluation({ ...E2E, alone: 2 }, { begin: Story.T0 + 60_000 }),
  ];
  const clues = { together: ['port 3000'], alone: [] };
  const fact = compareAlone({ together, alone, others: [beside], clues });
  if (fact === undefined) throw new Error('not compared');
  const spans = spansOf(join(together, { fact, storedAt: fact.at }));
  // What was exported before the comparison stays as it was, to the byte.
  expect(spans.slice(0, -1)).toEqual(spansOf(together));
  expect(spans.at(-1)).toMatchObject({
    name: 'alone: passes alone',
    traceId: traceIdOf(together.id),
    parentSpanId: rootSpanId(together),
    startMs: Story.T0 + 60_000,
    endMs: alone.settled?.at,
    attributes: {
      'lacuna.alone.outcome': 'passes-alone',
      'lacuna.run.alone': 2,
      'lacuna.alone.fought_for': ['port 3000'],
    },
    links: [
      { traceId: traceIdOf(alone.id), spanId: rootSpanId(alone), attributes: { 'lacuna.link': 'alone' } },
      { traceId: traceIdOf(beside.id), spanId: rootSpanId(beside), attributes: { 'lacuna.link': 'overlapped' } },
    ],
  });
});
