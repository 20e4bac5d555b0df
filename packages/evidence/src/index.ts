/**
 * Raw log bytes to test results, and what these results prove: a suite of 25 tests whose log stops after 17 is "17 of 25, 8
 * unaccounted", neither failed nor passed. Pure: no clock, no I/O, no randomness. It reads what test tools print; it does not
 * guess: what can't be told from a test's own output is said in the docstring of each reader, and a report without its
 * closing summary is never complete.
 */
export { accountFor } from './account-for.ts';
export { meaningOfExitCode } from './meaning-of-exit-code.ts';
export { openReportReader, type ReportProgress, type ReportReader } from './report-reader.ts';
export { openReportFileReader } from './report-file.ts';
export type { ReportFileReading } from './report-file-reader.ts';
