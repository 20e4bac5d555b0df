import { fact as factOf, STAGES, type Alert, type Fact, type FactData } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import type { JaegerSpan } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import {
  brokenAlerts,
  brokenEvidence,
  brokenFacts,
  brokenHistory,
  brokenTrace,
  changesBehindVerdicts,
  phantoms,
} from './support/history.ts';

const ID = testId();
const EVIDENCE = { podUid: 'pod-1', containerId: 'c-pod-1', exitCode: 0, log: 'sealed', absent: [] };
const VERDICT: FactData<'settled'> = { verdict: 'passed', reason: 'x', evidenceAt: 0, notOwed: [], evidence: EVIDENCE };
const settled = new Story().running().ended().logClosed().tell('settled', VERDICT);
const FACTS = settled.facts.map(({ fact }) => fact);
const [CLEARED, HOLE] = new Story()
  .tell('finding-cleared', { stage: 'container.run', cause: 'node-lost', evidence: 'x' })
  .tell('finding-raised', { stage: 'container.run', cause: 'oom-killed', reason: 'x', since: 0, notOwed: [] })
  .facts.map(({ fact }) => fact) as [Fact, Fact];
const RETRIED = new Story()
  .running({ retries: 1 })
  .ended({ reason: 'Evicted' })
  .logClosed()
  .retryOrdered()
  .madeToRun()
  .ended()
  .tell('settled', { ...VERDICT, attempt: 2 })
  .facts.map(({ fact }) => fact);
/** The history with another verdict at its end. */
const citing = (evidence: object): Fact[] => [
  ...FACTS.slice(0, -1),
  factOf('settled', { evaluation: ID, at: 0 }, { ...VERDICT, evidence: { ...EVIDENCE, ...evidence } }),
];
const orphan = factOf(
  'orphan',
  { evaluation: ID, at: 0 },
  { object: 'pod', uid: 'pod-1', objectName: 'p', state: 'found', why: 'unaccepted', message: 'x' },
);
const endedWith = (end: object): Fact[] =>
  FACTS.map((one) => (one.type === 'container-ended' ? { ...one, data: { ...one.data, ...end } } : one));
const without = (type: Fact['type']): Fact[] => FACTS.filter((fact) => fact.type !== type);

function span(spanId: string, attributes: Record<string, unknown>): JaegerSpan {
  const common = { 'lacuna.evaluation.id': ID, ...attributes };
  return {
    traceId: 't',
    spanId,
    parentSpanId: undefined,
    name: spanId,
    service: 's',
    startMicros: 0,
    durationMicros: 1,
    attributes: common,
    resource: {},
    events: [],
    links: [],
    warnings: [],
  };
}
const ROOT = span('root', { 'lacuna.verdict': 'passed', 'cicd.pipeline.run.id': ID });
const SPANS = [ROOT, ...STAGES.map((stage) => span(stage, { 'lacuna.stage': stage }))];
const ALERT = { evaluation: ID, status: 'raised', stage: 'pod.create', cause: 'missing', reason: 'quota' } as Alert;
const OWED = new Map([[ID, 'pod.create missing']]);

describe('the checker of a history finds nothing wrong with a right one, and', () => {
  test.for([
    ['a lost evaluation', () => brokenFacts([ID], [])],
    ['an evaluation without a verdict', () => brokenFacts([ID], without('settled'))],
    ['two verdicts', () => brokenFacts([ID], [...FACTS, FACTS.at(-1)!])],
    ['a second Job', () => brokenFacts([ID], [...FACTS, FACTS.find((fact) => fact.type === 'job-created')!])],
    [
      'a second start that nobody was told of',
      () => brokenFacts([ID], [...FACTS, FACTS.find((fact) => fact.type === 'container-started')!]),
    ],
    [
      'an attempt that nobody ordered',
      () =>
        brokenFacts(
          [ID],
          RETRIED.filter(({ type }) => type !== 'retry-ordered'),
        ),
    ],
    ['a phantom pod', () => phantoms([], FACTS)],
    [
      'an orphan told of another pod',
      () => phantoms([], [...FACTS, { ...orphan, data: { ...orphan.data, uid: 'other' } }]),
    ],
    ['an exit code that nobody saw', () => brokenEvidence(without('container-ended'))],
    ['another exit code than the one that was seen', () => brokenEvidence(endedWith({ exitCode: 1 }))],
    ['a pass of what was killed', () => brokenEvidence(endedWith({ reason: 'OOMKilled' }))],
    ['a log state that nobody stated', () => brokenEvidence(without('log-closed'))],
    ['evidence that is neither cited nor absent', () => brokenEvidence(citing({ podUid: undefined }))],
    ['an absence that is cited', () => brokenEvidence(citing({ absent: ['log'] }))],
    [
      'a Job created behind the verdict',
      () => changesBehindVerdicts([...FACTS, FACTS.find((one) => one.type === 'job-created')!]),
    ],
    ['a hole told behind the verdict', () => changesBehindVerdicts([...FACTS, HOLE])],
    ['a second verdict behind the first', () => changesBehindVerdicts([...FACTS, FACTS.at(-1)!])],
    ['a trace that is not there', () => brokenTrace(ID, undefined)],
    ['a trace without its root', () => brokenTrace(ID, SPANS.slice(1))],
    ['a trace with a stage silently absent', () => brokenTrace(ID, SPANS.slice(0, -1))],
    ['a span twice', () => brokenTrace(ID, [...SPANS, SPANS[3]!])],
    ['a missing alert', () => brokenAlerts(OWED, [])],
    ['an alert twice', () => brokenAlerts(OWED, [ALERT, ALERT])],
    ['an alert for nothing', () => brokenAlerts(new Map(), [ALERT])],
    ['an alert about something else', () => brokenAlerts(OWED, [{ ...ALERT, stage: 'queue' }])],
  ] as const)('finds %s', ([, check]) => {
    expect(check()).not.toEqual([]);
  });

  test('is content with what is right', () => {
    expect([
      ...brokenHistory([ID], FACTS),
      ...changesBehindVerdicts([...FACTS, CLEARED, HOLE]),
      ...brokenFacts([ID], RETRIED),
      ...phantoms([], [...without('job-finished'), orphan]),
      ...brokenTrace(ID, SPANS),
      ...brokenAlerts(OWED, [ALERT]),
    ]).toEqual([]);
  });
});
