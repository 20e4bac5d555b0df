import { Story, testId } from '../testing/index.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CATALOG,
  decodeFact,
  encodeFact,
  evaluationIdForKey,
  evaluationIdFrom,
  fact,
  factSubject,
  factTypeSubjects,
  Failure,
  isEvaluationId,
  parseFactSubject,
  podFactSubject,
  submittedSubject,
  type Fact,
  spanIdOf,
  STAGES,
  subjectToken,
} from '../src/index.ts';
import type { PodFactType } from '../src/subjects.ts';

const example = () =>
  new Story()
    .running()
    .ended()
    .logClosed()
    .reportRead({ passed: 1 })
    .facts.map((told) => told.fact);

describe('a fact', () => {
  test('comes back from its bytes as it was', () => {
    for (const one of example()) expect(decodeFact(factSubject(one), encodeFact(one))).toEqual(one);
  });

  test.for([
    ['not JSON', new TextEncoder().encode('{'), /not JSON/],
    ['bytes that are no UTF-8', Uint8Array.of(0xff), /not JSON/],
    ['another version', encode({ v: 2 }), /version/],
    ['an unknown type', encode({ type: 'made-up' }), /unknown fact "made-up"/],
    ['a foreign id', encode({ evaluation: 'x' }), /not an id/],
    ['no time', encode({ at: null }), /times/],
    ['data that breaks the schema', encode({ data: { podUid: 5 } }), /data/],
    ['the subject of another evaluation', encode({ evaluation: testId(9) }), /belongs to/],
  ] as const)('is refused when the message is %s', ([, bytes, message]) => {
    const started = startedFact();
    expect(() => decodeFact(factSubject(started), bytes)).toThrow(Failure);
    expect(() => decodeFact(factSubject(started), bytes)).toThrow(message);
  });

  test('has a subject of its own, that says whose it is and what, and that its type filter matches', () => {
    for (const one of example()) {
      const subject = factSubject(one);
      expect(parseFactSubject(subject)).toMatchObject({ evaluation: one.evaluation, type: one.type });
      expect(factTypeSubjects(one.type).some((filter) => matches(filter, subject))).toBe(true);
    }
    expect(new Set(example().map(factSubject)).size).toBe(example().length);
  });

  test('of a pod, and the one of the acceptance, can be looked up without having it', () => {
    for (const one of example()) {
      const asked = one.type === 'submitted' ? submittedSubject(one.evaluation) : subjectOfPod(one);
      expect(asked ?? factSubject(one)).toBe(factSubject(one));
    }
  });

  test('of every type in the catalog is produced and consumed by somebody, and its name is its key', () => {
    for (const [name, definition] of Object.entries(CATALOG)) {
      expect(definition.name).toBe(name);
      expect(definition.consumers.length).toBeGreaterThan(0);
      expect(definition.means).toMatch(/\.$/);
    }
  });
});

describe('ids', () => {
  test('of evaluations are valid names and subject tokens, and different for different bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (a, b) => {
          expect(isEvaluationId(evaluationIdFrom(a))).toBe(true);
          expect(evaluationIdFrom(a) === evaluationIdFrom(b)).toBe(Buffer.from(a).equals(Buffer.from(b)));
        },
      ),
    );
  });

  test('of an idempotency key are the same each time', () => {
    expect(evaluationIdForKey('k')).toBe(evaluationIdForKey('k'));
    expect(evaluationIdForKey('k')).not.toBe(evaluationIdForKey('l'));
  });

  test('of spans are different for every attempt and stage', () => {
    const ids = [1, 2, 3].flatMap((attempt) => STAGES.map((stage) => spanIdOf(testId(), attempt, stage)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('subject tokens never contain what NATS treats specially', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[A-Za-z0-9_=/-]+$/.test(subjectToken(text))));
  });
});

function subjectOfPod({ type, evaluation, attempt, data }: Fact): string | undefined {
  const types: readonly string[] = ['container-started', 'container-ended', 'pod-gone', 'log-closed', 'report-read'];
  return types.includes(type)
    ? podFactSubject(type as PodFactType, { evaluation, attempt, podUid: (data as { podUid: string }).podUid })
    : undefined;
}

function startedFact() {
  return fact('container-started', { evaluation: testId(), at: 5 }, { pod: 'p', podUid: 'u', containerId: 'c' });
}

function encode(change: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...startedFact(), ...change }));
}

function matches(filter: string, subject: string): boolean {
  const pattern = filter.replaceAll('.', '\\.').replaceAll('*', '[^.]+').replace('>', '.+');
  return new RegExp(`^${pattern}$`).test(subject);
}
