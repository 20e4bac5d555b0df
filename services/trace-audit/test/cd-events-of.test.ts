import type { CdEvent, FactType } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { fold } from '@lacuna/lifecycle';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { cdEventsOf } from '../src/cd-events-of.ts';

const ORIGIN = { source: 'https://lacuna.example.test', environment: 'staging' };

const text = Type.String({ minLength: 1 });
const closed = { additionalProperties: false } as const;
const named = Type.Object({ id: text, name: Type.String() }, closed);
/** What CDEvents 0.5.1 requires and allows of the events that are used here (spec.md, testing-events.md). */
const CdEvent051 = Compile(
  Type.Object(
    {
      context: Type.Object(
        {
          specversion: Type.Literal('0.5.1'),
          id: text,
          source: text,
          type: Type.String({
            pattern:
              '^dev\\.cdevents\\.(testsuiterun\\.(queued|started|finished)|testcaserun\\.(started|finished))\\.0\\.3\\.0$',
          }),
          timestamp: Type.String({ format: 'date-time' }),
        },
        closed,
      ),
      subject: Type.Object(
        {
          id: text,
          source: Type.String(),
          content: Type.Object(
            {
              environment: Type.Object({ id: text }, closed),
              testSuite: Type.Optional(named),
              testSuiteRun: Type.Optional(Type.Object({ id: text, source: Type.String() }, closed)),
              testCase: Type.Optional(named),
              outcome: Type.Optional(Type.Enum(['success', 'failure', 'cancel', 'error'])),
              reason: Type.Optional(Type.String()),
            },
            closed,
          ),
        },
        closed,
      ),
      customData: Type.Optional(Type.Object({})),
      customDataContentType: Type.Optional(Type.String()),
    },
    closed,
  ),
);

/** All events of a story, in order. */
function eventsOf({ id, facts }: Story): CdEvent[] {
  const evaluation = fold(id, facts);
  return facts.flatMap(({ fact }) => cdEventsOf(fact, evaluation, ORIGIN));
}

const settled = (story: Story, verdict: 'passed' | 'failed' | 'incomplete'): Story =>
  story.tell('settled' satisfies FactType, {
    verdict,
    reason: 'because',
    evidenceAt: story.now,
    notOwed: [],
    evidence: { absent: [] },
  });

describe('an evaluation as CDEvents', () => {
  const report = { collected: 3, passed: 1, failed: 1, failures: ['a.py::test_a'], inFlight: ['a.py::test_b'] };
  const failed = settled(new Story().running().after(1_000).ended().logClosed().reportRead(report), 'failed');

  test('is a test suite run, with the tests that its report names', () => {
    const told = eventsOf(failed).map(({ context, subject: { id, content } }) => [
      context.type.split('.').slice(2, 4).join('.'),
      id,
      content.outcome,
    ]);
    expect(told).toEqual([
      ['testsuiterun.queued', failed.id, undefined],
      ['testsuiterun.started', failed.id, undefined],
      ['testcaserun.started', `${failed.id}/a.py::test_a`, undefined],
      ['testcaserun.finished', `${failed.id}/a.py::test_a`, 'failure'],
      ['testcaserun.started', `${failed.id}/a.py::test_b`, undefined],
      ['testsuiterun.finished', failed.id, 'failure'],
    ]);
  });

  test('has the form that the specification asks for', () => {
    for (const event of eventsOf(failed)) expect([...CdEvent051.Errors(event)], event.context.type).toEqual([]);
  });

  test('that proves nothing is an error, never a success or a failure', () => {
    const finished = eventsOf(settled(new Story().running().ended().logClosed(), 'incomplete')).at(-1);
    expect(finished?.subject.content).toMatchObject({ outcome: 'error', reason: 'because' });
    expect(finished?.customData).toMatchObject({ verdict: 'incomplete' });
  });

  test('told again has the same ids, each of them once', () => {
    const ids = eventsOf(failed).map(({ context }) => context.id);
    expect(eventsOf(failed).map(({ context }) => context.id)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
