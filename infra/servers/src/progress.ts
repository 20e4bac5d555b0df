/** One thing to tell the person who waits. A passing line is a counter: the next one may overwrite it. */
interface Progress {
  readonly message: string;
  readonly passing: boolean;
}

export type OnProgress = (progress: Progress) => void;

/** Passing lines in a log that can't be overwritten: one in this many milliseconds. */
const PLAIN_EVERY_MS = 15_000;

/**
 * Shows progress on a terminal (passing lines in place) or in a log (passing lines seldom).
 * `now` gives milliseconds and exists for tests.
 */
export function progressPrinter(
  out: { isTTY?: boolean; write(text: string): unknown },
  now = performance.now.bind(performance),
): OnProgress {
  const inPlace = out.isTTY === true;
  let shownAt = -PLAIN_EVERY_MS;
  return ({ message, passing }) => {
    if (inPlace) {
      out.write(`\r\u001b[K${message}${passing ? '' : '\n'}`);
    } else if (!passing || now() - shownAt >= PLAIN_EVERY_MS) {
      if (passing) shownAt = now();
      out.write(`${message}\n`);
    }
  };
}
