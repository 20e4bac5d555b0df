import type { Command } from 'commander';
import { invocationOf, type Invocation } from '../invocation.ts';
import { renderStatus } from '../render/status.ts';
import { ID_HELP, resolveId } from '../resolve-id.ts';
import { withExamples } from '../with-examples.ts';

/** `lacuna status`. */
export function statusCommand(command: Command): void {
  command.argument('<id>', ID_HELP).action(async (id: string) => status(invocationOf(command), id));
  withExamples(command, {
    'lacuna status @latest': 'the evaluation that was submitted last',
    'lacuna status ev-3k9f2a --json': 'everything that is known about it, for programs',
  });
}

async function status({ client, out, json }: Invocation, id: string): Promise<void> {
  const view = await client.get(await resolveId(client, id));
  if (json) return out.json(view);
  await out.line(renderStatus(view, { now: Date.now(), width: out.width, color: out.color }));
}
