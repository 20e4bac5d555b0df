import { setTimeout as delay } from 'node:timers/promises';

/** Says what can be seen of a fixture. */
type Witness = () => Promise<string>;

/** One that hangs, because what it looks at does, must not hide what the others saw. Milliseconds. */
const SAYS_WITHIN_MS = 15_000;

const witnesses = new Set<Witness>();

/** From now on what is waited for in vain is told with what this witness sees then. Disposing it ends that. */
export function addWitness(witness: Witness): Disposable {
  witnesses.add(witness);
  return { [Symbol.dispose]: () => void witnesses.delete(witness) };
}

/** What all witnesses see now, each on lines of its own; empty when there are none. Never rejects. */
export async function testimony(): Promise<string> {
  const said = await Promise.all([...witnesses].map(hear));
  return said.map((words) => `\n${words}`).join('');
}

async function hear(witness: Witness): Promise<string> {
  const over = new AbortController();
  const patience = delay(SAYS_WITHIN_MS, 'a witness says nothing', { signal: over.signal });
  patience.catch(() => undefined);
  try {
    return await Promise.race([witness(), patience]);
  } catch (error) {
    return `a witness saw nothing: ${String(error)}`;
  } finally {
    over.abort();
  }
}
