import { defined } from '@lacuna/contracts';
import type { Command } from 'commander';
import { invocationOf, type Invocation } from '../invocation.ts';
import { ID_HELP, resolveId } from '../resolve-id.ts';
import { withExamples } from '../with-examples.ts';

/** `lacuna cancel`. */
export function cancelCommand(command: Command): void {
  command
    .argument('<id>', ID_HELP)
    .option('--reason <text>', 'why; shown in the verdict')
    .action(async (id: string, { reason }: { reason?: string }) => cancel(invocationOf(command), id, reason));
  withExamples(command, { 'lacuna cancel @latest --reason "wrong branch"': 'stop what was submitted last' });
}

async function cancel({ client, out, json }: Invocation, text: string, reason: string | undefined): Promise<void> {
  const id = await resolveId(client, text);
  await client.cancel(id, defined({ reason }));
  if (json) return out.json({ id, cancelRequested: true });
  await out.line(`cancellation of ${id} requested; see what becomes of it with: lacuna wait ${id}`);
}
