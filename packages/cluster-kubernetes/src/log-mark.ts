/** A place in a log that can be found again in its source. */
export interface LogMark {
  /** Timestamp of the log's first line: tells the first file of a log from later ones. */
  readonly first: string;
  /** Where the latest line begins, in bytes of what was read. */
  readonly at: number;
  /** Timestamp of that line. */
  readonly stamp: string;
  /** Where it begins in its file, in bytes of that, when the log came out of the files of its node. */
  readonly record?: number | undefined;
}

/** As the reader of a log keeps it: one short line of text. */
export function encodeMark({ first, at, stamp, record }: LogMark): string {
  return [at, stamp, first, record].filter((word) => word !== undefined).join(' ');
}

/** Undefined for what no mark of ours is. */
export function decodeMark(text: string | undefined): LogMark | undefined {
  const [, at, stamp, first, record] = /^(\d{1,15}) (\S+) (\S+)(?: (\d{1,15}))?$/.exec(text ?? '') ?? [];
  if (stamp === undefined || first === undefined) return undefined;
  return { at: Number(at), stamp, first, ...(record !== undefined && { record: Number(record) }) };
}
