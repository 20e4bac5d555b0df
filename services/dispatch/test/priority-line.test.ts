import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PriorityLine, type Placed } from '../src/priority-line.ts';

/** More than are taken before the line makes itself shorter. */
const MANY = 3_000;

const inOrder = (a: Placed, b: Placed): number => b.priority - a.priority || a.seq - b.seq;
const anyPriorities = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 5 });
const anySteps = fc.array(
  fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 1_500 }) }),
    fc.record({ add: fc.integer({ min: -2, max: 2 }) }),
    fc.record({ giveBack: fc.integer({ min: 1, max: 3 }) }),
  ),
  { minLength: 3, maxLength: 12 },
);

test('the line is in order however many were taken from it, added to it and given back', () => {
  fc.assert(
    fc.property(anyPriorities, anySteps, (priorities, steps) => {
      let seq = 0;
      const line = new PriorityLine<Placed>();
      const taken: Placed[] = [];
      let expected: Placed[] = [];
      const add = (entry: Placed): void => {
        line.add(entry);
        expected.push(entry);
      };
      while (seq < MANY) add({ priority: priorities[seq % priorities.length]!, seq: seq++ });
      expected.sort(inOrder);
      for (const step of steps) {
        if ('add' in step) add({ priority: step.add, seq: seq++ });
        else if ('giveBack' in step) taken.splice(-step.giveBack).forEach(add);
        else
          for (let i = 0; i < step.take; i++) {
            const first = line.first();
            if (first !== undefined) taken.push(first);
            line.shift();
          }
        const gone = new Set(taken);
        expected = expected.filter((entry) => !gone.has(entry)).sort(inOrder);
        expect(line.length).toBe(expected.length);
        expect([...line]).toEqual(expected);
        expect(line.first()).toBe(expected[0]);
      }
    }),
    { numRuns: 20 },
  );
});
