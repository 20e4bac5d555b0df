/** What a runtime writes before each line: its time, its stream, and whether it goes on. Bytes. */
const LINE_HEAD_BYTES = 45;

/** How long the file of a log is that has so many bytes and lines. */
export function sourceBytes({ bytes, lines = 0 }: { readonly bytes: number; readonly lines?: number }): number {
  return bytes + LINE_HEAD_BYTES * lines;
}
