import { INTERRUPTED_EXIT_CODE } from './interruption.ts';
import type { Invocation } from './invocation.ts';

/** Ends a command that was interrupted: the evaluations go on, and the person learns how to stop them. */
export async function leaveRunning({ err }: Invocation, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) await err.line('interrupted before the server answered; lacuna list shows what it accepted');
  for (const id of ids) await err.line(`${id} goes on; cancel it with: lacuna cancel ${id}`);
  process.exitCode = INTERRUPTED_EXIT_CODE;
}
