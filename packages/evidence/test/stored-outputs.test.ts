import { describe, it } from 'vitest';
import { casesOf, TOOLS } from './cases/index.ts';
import { expectTruth } from './expect-truth.ts';
import { fixture } from './fixture.ts';

describe.each(TOOLS)('the stored output of %s', (tool) => {
  it.each(casesOf(tool))('proves what is true: %s', (name, truth) => {
    expectTruth(fixture(tool, name).bytes, truth);
  });
});
