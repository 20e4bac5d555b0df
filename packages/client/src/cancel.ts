import { evaluationPath } from './evaluation-path.ts';
import type { Transport } from './transport.ts';

export interface CancelOptions {
  /** For people; stands in the verdict. */
  readonly reason?: string;
  readonly signal?: AbortSignal;
}

/** Asks for a cancellation; it is recorded as a fact when this resolves, and the evaluation settles soon after. */
export async function cancelEvaluation(
  transport: Transport,
  id: string,
  { reason, signal }: CancelOptions = {},
): Promise<void> {
  const query = reason === undefined ? '' : `?${new URLSearchParams({ reason }).toString()}`;
  const { body } = await transport.send({ method: 'DELETE', path: `${evaluationPath(id)}${query}`, signal });
  // Read to the end, or the connection could not be used again.
  await Array.fromAsync(body);
}
