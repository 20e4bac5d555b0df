import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { closingEnd, expectIncomplete, expectNoCutComplete } from './expect-no-cut-complete.ts';
import { allFixtures, reportOf } from './fixture.ts';

const whole = allFixtures().filter(({ bytes }) => {
  const report = reportOf([bytes]);
  return report !== undefined && accountFor(report).flaw === undefined;
});

describe('an output that is cut before its closing line has ended', () => {
  it('is tried with all tools', () => {
    expect(new Set(whole.map(({ tool }) => tool)).size).toBe(6);
  });

  it.each(whole)('is never complete, at any line: $tool/$name', ({ tool, bytes }) => {
    expect(() => expectNoCutComplete(tool, bytes)).not.toThrow();
  });

  it('is never complete, at any byte', () => {
    const cuts = fc
      .constantFrom(...whole)
      .chain((log) => fc.tuple(fc.constant(log), fc.nat(closingEnd(log.tool, log.bytes) - 1)));
    const property = fc.property(cuts, ([{ tool, bytes }, cut]) => expectIncomplete(tool, bytes, cut));
    expect(() => fc.assert(property, { numRuns: 3_000 })).not.toThrow();
  });
});
