import type { TestResult } from '@lacuna/contracts';
import { expect } from 'vitest';
import { accountFor, openReportFileReader, type ReportFileReading } from '../src/index.ts';
import type { ReportFileFormat } from '../src/report-file.ts';
import type { Case } from './cases/case.ts';
import type { FileCase } from './cases/report-files.ts';
import { reportOf } from './fixture.ts';

/** Holds what a tool wrote against what is known of its suite. */
export function expectTruth(output: Uint8Array, { says, flaw, failures }: Case): void {
  const report = reportOf([output]);
  const accounting = report && accountFor(report);
  expect(accounting?.statement).toBe(says);
  expect(accounting?.flaw).toBe(flaw);
  if (failures !== undefined) expect(report?.failures.toSorted()).toEqual(failures.toSorted());
}

/** Holds a report file that a tool wrote against what is known of its suite. */
export function expectFileTruth(content: Uint8Array, { format, says, failures }: FileCase): void {
  const reading = readFile(content, format);
  const report = reading.kind === 'read' ? reading.report : undefined;
  expect(report && accountFor(report), JSON.stringify(reading)).toMatchObject({ statement: says, complete: true });
  if (failures !== undefined) expect(report?.failures.toSorted()).toEqual(failures.toSorted());
  expectEveryTest(reading);
}

/** The list of all tests has as many of each outcome as were counted, and a name for each. */
function expectEveryTest(reading: ReportFileReading): void {
  const { report, results = [] } = reading.kind === 'read' ? reading : {};
  const count = (outcome: TestResult['outcome']): number => results.filter((one) => one.outcome === outcome).length;
  const [passed, failed, skipped, errored] = (['passed', 'failed', 'skipped', 'errored'] as const).map(count);
  expect(report).toMatchObject({ passed, failed, skipped, errored });
  expect(results.filter(({ name }) => name.trim() === '')).toEqual([]);
  expect(results.map(({ name }) => name)).toEqual(expect.arrayContaining([...(report?.failures ?? [])]));
}

export function readFile(content: Uint8Array | string, format: ReportFileFormat): ReportFileReading {
  const reader = openReportFileReader(format);
  reader.write(typeof content === 'string' ? Buffer.from(content) : content);
  return reader.end();
}
