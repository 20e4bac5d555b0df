import { Story } from '@lacuna/contracts/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { failed } from './situations.ts';

const withoutFile = (kind: 'missing' | 'unreadable', reason: string): Story =>
  new Story()
    .running({ report: 'junit:r.xml' })
    .ended()
    .logClosed()
    .tell('report-read', { podUid: 'pod-1', noFile: { kind, reason } });

/** One for each cause of `rules/report-file-rules.ts`. */
export const REPORT_FILE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'report-missing': {
    ranksFirst: () => diagnosisOf(withoutFile('missing', 'there was no report file r.xml when the command had ended')),
    // No report either, and none is owed.
    nearMiss: () => diagnosisOf(failed(3)),
  },
  'report-unreadable': {
    ranksFirst: () => diagnosisOf(withoutFile('unreadable', 'not a JUnit XML file: its root is <html>')),
    nearMiss: () => diagnosisOf(withoutFile('missing', 'there was no report file r.xml when the command had ended')),
  },
};
