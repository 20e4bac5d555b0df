import type { SpoolPart } from '@lacuna/cluster';
import { podsPath } from './collections.ts';
import { KEEPER_CONTAINER } from './keeper-container.ts';
import { readAnswer } from './kube-connection.ts';
import { LogRefused, refusalOfStatus } from './log-refusal.ts';
import type { LogDeps } from './open-log.ts';

/** One line of what the sidecar gives out in its log: see `infra/seal/zig/keeper.zig`. */
export type KeptLine =
  | ({ readonly kind: 'log' | 'report' } & SpoolPart)
  /** What the report file was when the command had ended, or why there is none. */
  | { readonly kind: 'report-seal'; readonly text: string }
  /** It has given out all it had. */
  | { readonly kind: 'end' };

/** Longer than any that it writes. */
const MAX_LINE = 64 * 1024;
const NEWLINE = 0x0a;

/** All that the sidecar of a pod has given out so far. Throws `LogRefused`, and when the source breaks off. */
export async function* keptLines(
  { connection, namespace }: Pick<LogDeps, 'connection' | 'namespace'>,
  podName: string,
  signal: AbortSignal,
): AsyncGenerator<KeptLine> {
  const path = `${podsPath(namespace)}/${encodeURIComponent(podName)}/log`;
  const response = await connection.open('logs', { path, query: { container: KEEPER_CONTAINER } }, signal);
  if (response.status !== 200) throw new LogRefused(refusalOfStatus(await readAnswer(response)));
  for await (const line of linesOf(response.body)) {
    const known = keptLineOf(line);
    if (known !== undefined) yield known;
  }
}

/** Undefined for what is none of its lines: the first one of a file that was begun in its middle, a text of the kubelet's own. */
export function keptLineOf(line: string): KeptLine | undefined {
  if (line === 'end') return { kind: 'end' };
  const [, kind, rest = ''] = /^(log|report|report-seal) (.*)$/s.exec(line) ?? [];
  if (kind === 'report-seal') return { kind, text: rest };
  const [, offset, base64 = ''] = /^(\d{1,15}) ([A-Za-z0-9+/]+={0,2})$/.exec(rest) ?? [];
  // What is not a whole number of quartets was cut.
  if (offset === undefined || base64.length % 4 !== 0) return undefined;
  return { kind: kind as 'log' | 'report', offset: Number(offset), bytes: Buffer.from(base64, 'base64') };
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    let text = Buffer.concat([rest, chunk]);
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE)) {
      yield text.toString('latin1', 0, end);
      text = text.subarray(end + 1);
    }
    if (text.length > MAX_LINE) throw new Error(`a line of the sidecar's log is longer than ${MAX_LINE} bytes`);
    rest = text;
  }
}
