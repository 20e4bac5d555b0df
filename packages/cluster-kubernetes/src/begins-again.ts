import type { LogPosition, LogTail } from '@lacuna/cluster';
import type { NotLaterLine, StampedText } from './line-stamps.ts';

/**
 * containerd takes the time of a line before it waits for its turn to write it, so lines of two streams may come in the wrong order. Measured: up to
 * 5 ms with two streams of 80 MB/s on a busy node. To take more for a file that begins again costs only time.
 */
const DISORDER_NS = 50_000_000;
const NEWLINE = 0x0a;

/**
 * The first line of a piece that may have been read before: its timestamp is too early to come next, or it is the line before once more. The first `skipped`
 * bytes of the piece are known, and `tail` is of what came before them.
 */
export function beginsAgain(
  { bytes, back }: StampedText,
  skipped: number,
  tail: LogTail,
  streams: LogPosition['streams'],
): NotLaterLine | undefined {
  const disorderNs = streams === 'apart' ? DISORDER_NS : 0;
  const repeatsLineBefore = (at: number): boolean => {
    const read = Buffer.from(bytes.buffer, bytes.byteOffset + skipped, at - skipped);
    const isInPiece = read.length > 1 && read.lastIndexOf(NEWLINE, read.length - 2) >= 0;
    const before = isInPiece ? read : Buffer.concat([tail.bytes(), read]);
    const line = before.subarray(before.lastIndexOf(NEWLINE, before.length - 2) + 1);
    const next = bytes.subarray(at, at + line.length);
    return line.subarray(0, next.length).equals(next);
  };
  return back.find(
    ({ at, earlierBy }) => at >= skipped && (earlierBy > disorderNs || (earlierBy === 0 && repeatsLineBefore(at))),
  );
}
