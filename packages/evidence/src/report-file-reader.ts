import type { TestReport, TestResult } from '@lacuna/contracts';

/** What a report file says, with every test case if each has a name; or why it can't be read, in words for people. */
export type ReportFileReading =
  | { readonly kind: 'read'; readonly report: TestReport; readonly results?: readonly TestResult[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a report file from its bytes. No method throws, whatever they are. */
export interface ReportFileReader {
  /** Any part of the file, in order. */
  write(chunk: Uint8Array): void;
  end(): ReportFileReading;
}
