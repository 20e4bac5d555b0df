const NEWLINE = 0x0a;

/** A log as the kubelet sends it when timestamps are asked for: one before each line, `firstNs` for the first and one more for each. */
export function stampedLog(log: Uint8Array | string, firstNs = 1): Buffer {
  return Buffer.concat(linesOf(log).flatMap((line, i) => [Buffer.from(`${stampOf(firstNs + i)} `), line]));
}

/** The same lines as a container runtime writes them into its file. */
export function logRecords(log: string, firstNs = 1): Buffer {
  const records = linesOf(log).map((line, i) => {
    const isWhole = line.at(-1) === NEWLINE;
    return `${stampOf(firstNs + i)} stdout ${isWhole ? 'F' : 'P'} ${line.toString()}${isWhole ? '' : '\n'}`;
  });
  return Buffer.from(records.join(''));
}

const stampOf = (ns: number): string => `2026-01-02T03:04:05.${String(ns).padStart(9, '0')}Z`;

function linesOf(log: Uint8Array | string): Buffer[] {
  const bytes = Buffer.from(log);
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}
