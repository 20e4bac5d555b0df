import { setTimeout as delay } from 'node:timers/promises';
import { defined, type EvaluationView, type LogState } from '@lacuna/contracts';
import type { Patience } from './patience.ts';
import { evaluationPath } from './evaluation-path.ts';
import type { Answer, Transport } from './transport.ts';

/** Milliseconds of silence after which a followed log is asked for anew: a quiet program and a dead connection look the same. */
const SILENT_MS = 60_000;
/** Milliseconds before a log that ended, but is not closed, is asked for again. */
const REOPEN_MS = 500;

export interface LogOptions {
  /** Go on with what is written from now on, until the log is closed. */
  readonly follow?: boolean;
  /** First byte wanted; 0 unless told. */
  readonly offset?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told when the bytes to come are of another attempt, from its first one on. */
  readonly onAttempt?: ((attempt: number) => void) | undefined;
}

export interface LogAnswer {
  /** What could be said of the log when the answer began; `open` while bytes may still come. */
  readonly state: LogState | 'open';
  /** `Repr-Digest` (RFC 9530) of the whole log, once it is closed. */
  readonly digest?: string;
  /** The raw bytes; may be read once. A broken connection is resumed at the next byte. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Opens a log. Fails at once when there is no such evaluation. */
export async function openLog(
  transport: Transport,
  { id, patience }: { readonly id: string; readonly patience: Patience },
  { follow = false, offset = 0, signal, onAttempt }: LogOptions = {},
): Promise<LogAnswer> {
  const reader = new LogReader(transport, { id, follow, patience, signal, onAttempt });
  const first = await reader.ask(offset);
  return {
    state: (first.headers.get('lacuna-log-state') ?? 'open') as LogState | 'open',
    ...defined({ digest: first.headers.get('repr-digest') ?? undefined }),
    body: reader.read(first, offset),
  };
}

interface Wanted {
  readonly id: string;
  readonly follow: boolean;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  readonly onAttempt: LogOptions['onAttempt'];
}

class LogReader {
  readonly #transport: Transport;
  readonly #wanted: Wanted;
  #knownClosed = false;
  /** Whose bytes are read; undefined before the first answer. */
  #attempt: string | undefined;

  constructor(transport: Transport, wanted: Wanted) {
    this.#transport = transport;
    this.#wanted = wanted;
  }

  ask(offset: number): Promise<Answer> {
    const { id, follow, signal } = this.#wanted;
    const query = new URLSearchParams({
      ...(follow ? { follow: '1' } : {}),
      ...defined({ attempt: this.#attempt }),
      offset: String(offset),
    });
    return this.#transport.send({
      path: `${evaluationPath(id, '/log')}?${query.toString()}`,
      signal,
      idleMs: SILENT_MS,
    });
  }

  async *read(first: Answer, offset: number): AsyncGenerator<Uint8Array, void, undefined> {
    const { follow, patience, signal } = this.#wanted;
    let at = offset;
    for (let asked: Answer | undefined = first; ; asked = undefined) {
      const begin = at;
      try {
        const answer = asked ?? (await this.ask(at));
        patience.succeeded();
        // Offsets count the bytes of one attempt; of another one the answer begins at its first.
        if (this.#isOfAnother(answer)) at = 0;
        for await (const chunk of answer.body) {
          at += chunk.byteLength;
          yield chunk;
        }
        if (!follow || (await this.#isWhole(at, at > begin))) return;
      } catch (error) {
        await patience.failed(error);
        continue;
      }
      await delay(REOPEN_MS, undefined, { signal });
    }
  }

  /** Whether an answer is of another attempt than the one before; takes that over. */
  #isOfAnother({ headers }: Answer): boolean {
    const attempt = headers.get('lacuna-attempt') ?? undefined;
    const before = this.#attempt;
    this.#attempt = attempt;
    if (before === undefined || before === attempt) return false;
    this.#knownClosed = false;
    this.#wanted.onAttempt?.(Number(attempt));
    return true;
  }

  /** An end of the stream proves nothing (a server that drains ends it too): the statement on the log says how much there is. */
  async #isWhole(end: number, progressed: boolean): Promise<boolean> {
    const { id, signal } = this.#wanted;
    const view = await this.#transport.json<EvaluationView>({ path: evaluationPath(id), signal });
    if (mayGoOn(view)) return false;
    const statement = view.attempts.at(-1)?.log;
    if (statement === undefined) return view.phase === 'settled';
    if (end >= statement.bytes) return true;
    // Bytes that the statement counts may be gone from the store: asking again for ever would not bring them back.
    const inVain = this.#knownClosed && !progressed;
    this.#knownClosed = true;
    return inVain;
  }
}

/** Whether another attempt may follow, with a log of its own. */
function mayGoOn({ phase, spec, attempts }: EvaluationView): boolean {
  return phase !== 'settled' && attempts.length <= (spec.retries ?? 0);
}
