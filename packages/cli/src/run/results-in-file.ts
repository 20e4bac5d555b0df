import type { Client } from '@lacuna/client';
import type { FactOf, TestResult } from '@lacuna/contracts';

/** All facts of an evaluation with a verdict are there at once. Milliseconds. */
const READ_WITHIN_MS = 15_000;

/** Every test by name, as the report file of an evaluation with a verdict has it: that of its last attempt. Undefined when not all are known. */
export async function resultsInFile(
  client: Pick<Client, 'events'>,
  id: string,
): Promise<readonly TestResult[] | undefined> {
  const signal = AbortSignal.timeout(READ_WITHIN_MS);
  let results: readonly TestResult[] | undefined;
  try {
    for await (const { type, data } of client.events(id, { signal })) {
      if (type === 'report-read') results = (data as FactOf<'report-read'>).data.results;
      if (type === 'settled') return results;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return undefined;
}
