import type { Cluster } from '@lacuna/cluster';
import { cutFor, type FactData, type ReportFileSetting } from '@lacuna/contracts';
import { openReportFileReader, type ReportFileReading } from '@lacuna/evidence';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from './container.ts';

/** What the fact `report-read` says of a report file. */
export type ReportFileFinding = Pick<FactData<'report-read'>, 'report' | 'results' | 'noFile'>;

/** Waits between attempts while the cluster does not answer; the stage's own deadline tells whoever waits. Milliseconds. */
const RETRY_MS = { first: 50, most: 2_000 } as const;
/** After its container's end a cluster that has not told of the file, or gives it only in part, may still do so for this long. Milliseconds. */
const COMES_WITHIN_MS = 20_000;
/** The names of all tests in JSON, about 5,000 of them: half of what a message of NATS may have unless told otherwise (1 MiB). Bytes. */
const LONGEST_RESULTS = 512 * 1024;

/** Reads the report file of a container that has ended, again and again until the cluster says what there is, or the signal is aborted. */
export async function readReportFile(
  { format }: ReportFileSetting,
  { podUid, pod, containerId }: Container,
  cluster: Pick<Cluster, 'openReport'>,
  signal: AbortSignal,
): Promise<ReportFileFinding> {
  const giveUpAt = performance.now() + COMES_WITHIN_MS;
  for (let waitMs: number = RETRY_MS.first; ; waitMs = Math.min(waitMs * 2, RETRY_MS.most)) {
    signal.throwIfAborted();
    const opened = await cluster.openReport({ podUid, podName: pod, containerId }, signal);
    if (opened.kind === 'gone') return { noFile: { kind: 'missing', reason: cutFor('detail', opened.message) } };
    const found = opened.kind === 'open' ? await read(format, opened.body, signal) : opened.message;
    if (typeof found !== 'string') return found;
    if (opened.kind !== 'unavailable' && performance.now() > giveUpAt)
      return unreadable(`the report file did not come from the cluster: ${found}`);
    await sleep(waitMs, undefined, { signal });
  }
}

/** Why the body broke, if it did: it can be had again. */
async function read(
  format: ReportFileSetting['format'],
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<ReportFileFinding | string> {
  const reader = openReportFileReader(format);
  try {
    for await (const bytes of body) reader.write(bytes);
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
  const reading = reader.end();
  return reading.kind === 'read' ? findingOf(reading) : unreadable(reading.reason);
}

function findingOf({ report, results }: Extract<ReportFileReading, { kind: 'read' }>): ReportFileFinding {
  const fits = results !== undefined && Buffer.byteLength(JSON.stringify(results)) <= LONGEST_RESULTS;
  return fits ? { report, results: [...results] } : { report };
}

function unreadable(reason: string): ReportFileFinding {
  return { noFile: { kind: 'unreadable', reason: cutFor('detail', reason) } };
}
