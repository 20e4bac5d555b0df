import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { jobRequest } from '../src/job-request.ts';

const DEFAULTS = { graceMs: 100, lossless: false, spoolBytes: 1_000 };

function requestOf(spec: { readonly lossless?: boolean }, defaults = DEFAULTS) {
  const [told] = new Story().submitted(spec).facts;
  if (told?.fact.type !== 'submitted') throw new Error('the story begins with its submission');
  return jobRequest(told.fact, 1, {}, defaults);
}

describe('how much of a log is kept beside it', () => {
  test.each([
    ['nothing by default', {}, false, undefined],
    ['what the installation keeps, for an evaluation that asks for it', { lossless: true }, false, 1_000],
    ['as much where all logs are kept', {}, true, 1_000],
    ['nothing there for an evaluation that refuses it', { lossless: false }, true, undefined],
  ])('%s', (_, spec, lossless, spoolBytes) => {
    expect(requestOf(spec, { ...DEFAULTS, lossless }).spoolBytes).toBe(spoolBytes);
  });
});
