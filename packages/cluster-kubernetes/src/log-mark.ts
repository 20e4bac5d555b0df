/** A place in a log that can be found again in its source. */
export interface LogMark {
  /** Timestamp of the log's first line: tells the first file of a log from later ones. */
  readonly first: string;
  /** Where the latest line begins, in bytes of what was read. */
  readonly at: number;
  /** Timestamp of that line. */
  readonly stamp: string;
}

/** As the reader of a log keeps it: one short line of text. */
export function encodeMark({ first, at, stamp }: LogMark): string {
  return `${at} ${stamp} ${first}`;
}

/** Undefined for what no mark of ours is. */
export function decodeMark(text: string | undefined): LogMark | undefined {
  const [at = '', stamp, first, more] = text?.split(' ') ?? [];
  if (!/^\d{1,15}$/.test(at) || stamp === undefined || first === undefined || more !== undefined) return undefined;
  return { at: Number(at), stamp, first };
}
