import { CtrfReader } from './ctrf.ts';
import { JunitReader } from './junit.ts';
import type { ReportFileReader } from './report-file-reader.ts';

export type ReportFileFormat = 'junit' | 'ctrf';

/** A reader for one file of that format. */
export function openReportFileReader(format: ReportFileFormat): ReportFileReader {
  return format === 'junit' ? new JunitReader() : new CtrfReader();
}
