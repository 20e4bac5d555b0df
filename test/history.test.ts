import { STAGES, type Alert, type Fact } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import type { JaegerSpan } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { brokenAlerts, brokenFacts, brokenTrace } from './support/history.ts';

const ID = testId();
const settled = new Story()
  .running()
  .ended()
  .tell('settled', { verdict: 'passed', reason: 'x', evidenceAt: 0, notOwed: [], evidence: { absent: [] } });
const FACTS = settled.facts.map(({ fact }) => fact);
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
    ['a second start', () => brokenFacts([ID], [...FACTS, FACTS.find((fact) => fact.type === 'container-started')!])],
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
    expect([...brokenFacts([ID], FACTS), ...brokenTrace(ID, SPANS), ...brokenAlerts(OWED, [ALERT])]).toEqual([]);
  });
});
