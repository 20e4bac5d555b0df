import type { DiagnosisView, RangeDiagnosisView } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { renderDiagnosis, renderRangeDiagnosis } from '../src/render/diagnosis.ts';
import { idOf } from './support/views.ts';

const PLAIN = { width: 80, color: false };

const CUT: DiagnosisView = {
  id: idOf(1),
  name: 'e2e',
  phase: 'settled',
  verdict: 'incomplete',
  condition: 'broken',
  headline: 'incomplete (17 of 25, log cut after byte 48 213): The end of the log is lost',
  causes: [
    {
      cause: 'log-cut',
      title: 'The end of the log is lost',
      confidence: 'certain',
      for: ['log cut after byte 48 213: 9 000 of 57 213 bytes lost; dropped by the runtime'],
      against: ['nothing was read twice\u001b[31m'],
      advice: 'Run it again.',
    },
  ],
};

test('a diagnosis is a heading, the answer, and each cause with its evidence and the next step, no line too wide', () => {
  expect(renderDiagnosis(CUT, PLAIN).split('\n')).toEqual([
    `e2e  ${idOf(1)}`,
    'incomplete (17 of 25, log cut after byte 48 213): The end of the log is lost',
    '',
    '1. The end of the log is lost  certain  log-cut',
    '   + log cut after byte 48 213: 9 000 of 57 213 bytes lost; dropped by the',
    '     runtime',
    expect.stringMatching(/^ {3}- nothing was read twice/),
    '   → Run it again.',
  ]);
});

test('what a log printed cannot move the cursor or change colours', () => {
  expect(renderDiagnosis(CUT, PLAIN)).not.toContain('\u001b');
});

test('many are counted by cause, with examples, what they share, and what was left out', () => {
  const view: RangeDiagnosisView = {
    examined: 68,
    broken: 8,
    open: 0,
    unexamined: 3,
    headline: '8 of 68 are broken',
    causes: [
      { cause: 'evicted', title: 'The node evicted the pod', evaluations: 8, examples: [idOf(1)], advice: 'See it.' },
    ],
    shared: [{ trait: 'node', value: 'n9', broken: 8, others: 0, statement: '8 of the 8 broken ones have node n9' }],
  };
  expect(renderRangeDiagnosis(view, PLAIN).split('\n')).toEqual([
    '8 of 68 are broken',
    '',
    '8 × The node evicted the pod',
    '   → See it.',
    `     ${idOf(1)}`,
    '',
    'what the broken ones share',
    '   • 8 of the 8 broken ones have node n9',
    '',
    '3 more were not looked at: narrow the range',
  ]);
});
