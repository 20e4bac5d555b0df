import { keptOfRefused, STREAMS, SUBJECTS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import type { Delivery } from './delivery.ts';
import type { FailurePolicy } from './fail-delivery.ts';
import type { Headers } from './headers.ts';
import { inContextOf } from './in-context-of.ts';
import { runWorker } from './run-worker.ts';
import type { WorkContext } from './work.ts';

/** A submission from the durable intake. */
export interface IntakeMessage {
  readonly bytes: Uint8Array;
  readonly headers: Headers;
  /** When it was stored: Unix milliseconds, with a fraction. */
  readonly storedAt: number;
}

/** Accepts one submission; idempotent. Throws a `Failure` to say what shall become of it, as in `work`. */
export type IntakeHandler = (message: IntakeMessage, context: WorkContext) => Promise<void>;

const ACK_WAIT_MS = 30_000;

/** Works through `LACUNA_INTAKE` as `work` does through the facts; what is settled leaves the stream. What is refused is kept without its env values. */
export function workIntake(
  connection: Connection,
  consumer: FailurePolicy & { readonly concurrency: number },
  handler: IntakeHandler,
  signal: AbortSignal,
): Promise<void> {
  const handle = ({ bytes, headers, storedAt, deliveries }: Delivery): Promise<void> =>
    inContextOf(headers, () => handler({ bytes, headers, storedAt }, { signal, deliveries }));
  const durable = { stream: STREAMS.intake.name, filters: [SUBJECTS.intake], ackWaitMs: ACK_WAIT_MS };
  return runWorker(connection, { ...consumer, ...durable, keptOf: keptOfRefused }, handle, signal);
}
