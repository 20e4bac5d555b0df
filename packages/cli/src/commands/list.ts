import { defined, PHASES, VERDICTS, type EvaluationSummary, type Phase, type Verdict } from '@lacuna/contracts';
import { Option, type Command } from 'commander';
import { invocationOf, type Invocation } from '../invocation.ts';
import { addPair, SINCE_HELP, sinceTime, wholeNumber } from '../option-values.ts';
import { renderList } from '../render/list.ts';
import { withExamples } from '../with-examples.ts';

/** Most evaluations asked for at once. */
const PAGE = 100;

interface ListOptions {
  readonly phase?: Phase;
  readonly verdict?: Verdict;
  readonly label?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly since?: Date;
  readonly limit: number;
}

/** `lacuna list`. */
export function listCommand(command: Command): void {
  command
    .addOption(new Option('--phase <phase>', 'only those in this phase').choices(PHASES))
    .addOption(new Option('--verdict <verdict>', 'only those with this verdict').choices(VERDICTS))
    .option('--label <key=value>', 'only those with this label; may be repeated', addPair)
    .option('--name <name>', 'only those with this name')
    .option('--since <time>', `only those submitted since: ${SINCE_HELP}`, sinceTime)
    .option('--limit <n>', 'how many at most', wholeNumber(1), 20)
    .action(async (options: ListOptions) => list(invocationOf(command), options));
  withExamples(command, {
    'lacuna list --verdict incomplete --since 1h': 'what could not be proven in the last hour',
    'lacuna list --json --limit 1000': 'for programs: {"items": […]}',
  });
}

async function list({ client, out, err, json }: Invocation, { label, limit, ...filters }: ListOptions): Promise<void> {
  const items = await take(
    client.list({ ...filters, ...defined({ labels: label }), limit: Math.min(limit, PAGE) }),
    limit,
  );
  if (json) return out.json({ items });
  const filtered = label !== undefined || Object.keys(filters).length > 0;
  if (items.length === 0)
    return err.line(filtered ? 'no evaluation matches' : 'no evaluations yet; submit one with: lacuna submit -- true');
  const { width, color, isTerminal } = out;
  const lines = renderList(items, { now: Date.now(), width, color, whole: !isTerminal });
  await out.line(lines.join('\n'));
}

async function take(pages: ReturnType<Invocation['client']['list']>, limit: number): Promise<EvaluationSummary[]> {
  const items: EvaluationSummary[] = [];
  for await (const page of pages) {
    items.push(...page.items);
    if (items.length >= limit) break;
  }
  return items.slice(0, limit);
}
