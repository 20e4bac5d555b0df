import { Argument, type Command } from 'commander';
import { invocationOf, type Invocation } from '../invocation.ts';
import { ALL_SERVICES } from '../platform/open-platform.ts';
import { colorsOf, type Colors } from '../render/paint.ts';
import { readersOf, settingsOfServices, type ServiceSetting } from '../settings-of-services.ts';
import { withExamples } from '../with-examples.ts';

/** `lacuna settings`: what the services read from their environment. */
export function settingsCommand(command: Command): void {
  const service = new Argument('[service]', 'only those that it reads');
  command
    .addArgument(service.choices(ALL_SERVICES.map(({ name }) => name)))
    .action((name?: string) => settings(invocationOf(command), name));
  withExamples(command, { 'lacuna settings log-collect': 'what can be set for the capture of logs' });
}

async function settings({ out, json }: Invocation, service?: string): Promise<void> {
  const items = settingsOfServices().filter(({ readBy }) => service === undefined || readBy.includes(service));
  if (json) return out.json({ items });
  await out.line(items.map((item) => entryOf(item, colorsOf(out.color))).join('\n\n'));
}

function entryOf(setting: ServiceSetting, { bold, dim }: Colors): string {
  const { variable, means, takes } = setting;
  const written = setting.default === undefined ? '' : ` = ${setting.default}`;
  return `${bold(variable)}${written}\n  ${means}\n  ${dim(`${takes}; read by ${readersOf(setting)}`)}`;
}
