import { readdirSync } from 'node:fs';
import { readProc } from './process-identity.ts';

/** In the environment of all that runs in a container of this agent; how leftovers are found again. */
export const MARKER = 'LACUNA_AGENT_DIR';

/** Forks that run while we look may be missed by one look; each look kills the parents of the next. */
const LOOKS = 5;

/**
 * Kills every process that carries this agent's marker, and tells how many. Only for the moments in which no container may run: the start and the end
 * of the agent. Finds what a killed agent had spawned but not yet journaled, and what left its process group with `setsid`.
 */
export function killLeftovers(dir: string): number {
  const killed = new Set<string>();
  for (let look = 0; look < LOOKS; look++) {
    const found = marked(dir);
    if (found.length === 0) break;
    for (const pid of found) {
      kill(Number(pid));
      killed.add(pid);
    }
  }
  return killed.size;
}

function marked(dir: string): string[] {
  // readProc gives latin1, so the path is compared as bytes.
  const entry = `\0${Buffer.from(`${MARKER}=${dir}`).toString('latin1')}\0`;
  return readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && `\0${readProc(`/proc/${name}/environ`) ?? ''}`.includes(entry),
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
