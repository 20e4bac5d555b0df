import type { Cluster } from '@lacuna/cluster';
import type { FactData, ReportFileSetting } from '@lacuna/contracts';
import { openReportFileReader } from '@lacuna/evidence';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from './container.ts';

/** What the fact `report-read` says of a report file. */
export type ReportFileFinding = Pick<FactData<'report-read'>, 'report' | 'noFile'>;

/** Waits between attempts while the cluster does not answer; the stage's own deadline tells whoever waits. Milliseconds. */
const RETRY_MS = { first: 50, most: 2_000 } as const;

/** Reads the report file of a container that has ended, again and again until the cluster says what there is, or the signal is aborted. */
export async function readReportFile(
  { format }: ReportFileSetting,
  { podUid, pod, containerId }: Container,
  cluster: Pick<Cluster, 'openReport'>,
  signal: AbortSignal,
): Promise<ReportFileFinding> {
  for (let waitMs: number = RETRY_MS.first; ; waitMs = Math.min(waitMs * 2, RETRY_MS.most)) {
    signal.throwIfAborted();
    const opened = await cluster.openReport({ podUid, podName: pod, containerId }, signal);
    if (opened.kind === 'gone') return { noFile: { kind: 'missing', reason: opened.message.slice(0, 2_048) } };
    const found = opened.kind === 'open' ? await read(format, opened.body, signal) : undefined;
    if (found !== undefined) return found;
    await sleep(waitMs, undefined, { signal });
  }
}

/** Undefined when the body broke: it can be had again. */
async function read(
  format: ReportFileSetting['format'],
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<ReportFileFinding | undefined> {
  const reader = openReportFileReader(format);
  try {
    for await (const bytes of body) reader.write(bytes);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
  const reading = reader.end();
  return reading.kind === 'read'
    ? { report: reading.report }
    : { noFile: { kind: 'unreadable', reason: reading.reason.slice(0, 2_048) } };
}
