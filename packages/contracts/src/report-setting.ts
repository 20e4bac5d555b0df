/** Where the test results of an evaluation are to be read from, other than its log. */
export interface ReportFileSetting {
  readonly format: 'junit' | 'ctrf';
  /** Relative to the working directory of the command, or absolute. */
  readonly path: string;
}

/** Reads `junit:PATH` and `ctrf:PATH`; undefined for settings that mean the log. */
export function reportFileOf(report: string | undefined): ReportFileSetting | undefined {
  const [, format, path] = /^(junit|ctrf):(.+)$/s.exec(report ?? '') ?? [];
  return path === undefined ? undefined : { format: format as ReportFileSetting['format'], path };
}
