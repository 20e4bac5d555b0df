import { createHash } from 'node:crypto';

/** What talkative pods write: half of it, a second of silence, the other half and a summary, as test runners do. */
export interface Talk {
  /** Bytes of a line, the newline included. */
  readonly line: number;
  /** How many, an even number. */
  readonly lines: number;
}

const SUMMARY = '== the end';

/** As a shell script of any busybox. */
export function talkative({ line, lines }: Talk): string[] {
  const half = `awk 'BEGIN { for (i = 1; i <= ${lines / 2}; i++) printf "%0${line - 1}d\\n", i }'`;
  return ['sh', '-c', `${half}; sleep 1; ${half}; echo '${SUMMARY}'`];
}

/** The digest of all that it writes. */
export function sha256Of({ line, lines }: Talk): string {
  const hash = createHash('sha256');
  for (let half = 0; half < 2; half++)
    for (let i = 1; i <= lines / 2; i++) hash.update(`${String(i).padStart(line - 1, '0')}\n`);
  return hash.update(`${SUMMARY}\n`).digest('hex');
}
