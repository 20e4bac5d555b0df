import { STREAMS } from '@lacuna/contracts';
import { BaseConfigSchema, openBus, parseConfig } from '@lacuna/service-kit';
import type { Command } from 'commander';
import { Interruption } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { warnOfWaiting } from '../warn-of-waiting.ts';
import { withExamples } from '../with-examples.ts';

/** `lacuna provision`: an installation in which no service may make or change a stream has this one user who may. */
export function provisionCommand(command: Command): void {
  command.action(() => provision(invocationOf(command)));
  withExamples(command, {
    'LACUNA_NATS_URL=nats://nats:4222 LACUNA_NATS_REPLICAS=3 lacuna provision': 'on a cluster of three servers',
  });
}

async function provision({ out, err, json }: Invocation): Promise<void> {
  const { config, warnings } = parseConfig(BaseConfigSchema, process.env);
  for (const text of warnings) await err.line(text);
  using interruption = new Interruption();
  using _ = warnOfWaiting(config.natsUrl);
  await using bus = await openBus('lacuna-provision', { ...config, natsProvision: true }, interruption.signal);
  const streams = Object.values(STREAMS).map(({ name }) => name);
  if (json) return out.json({ streams, nats: bus.status });
  await out.line(`the streams are as they must be: ${streams.join(', ')}`);
}
