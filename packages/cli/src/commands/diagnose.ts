import type { RangeFilters } from '@lacuna/client';
import type { Command } from 'commander';
import { defined } from '@lacuna/contracts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { addPair, SINCE_HELP, sinceTime } from '../option-values.ts';
import { renderDiagnosis, renderRangeDiagnosis } from '../render/diagnosis.ts';
import { ID_HELP, resolveId } from '../resolve-id.ts';
import { usageError } from '../usage-error.ts';
import { withExamples } from '../with-examples.ts';

interface DiagnoseOptions {
  readonly since?: Date;
  readonly label?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly run?: string;
}

/** What is looked at when nothing is named. Milliseconds. */
const RANGE_MS = 3_600_000;

/** `lacuna diagnose`. */
export function diagnoseCommand(command: Command): void {
  command
    .argument('[id...]', ID_HELP)
    .option('--run <id>', 'the suites of a run, named by any of its evaluations')
    .option('--since <time>', `all submitted since, and what the broken ones share: ${SINCE_HELP}`, sinceTime)
    .option('--label <key=value>', 'only those with this label; may be repeated', addPair)
    .option('--name <name>', 'only those with this name')
    .action(async (ids: string[], options: DiagnoseOptions) => diagnose(invocationOf(command), ids, options));
  withExamples(command, {
    'lacuna diagnose @latest': 'why it waits, or why it broke, and what to do',
    'lacuna diagnose --run @latest': 'the suites of the latest run: what is wrong with each, and what they share',
    'lacuna diagnose --since 1h': 'what the broken ones of the last hour have in common',
    'lacuna diagnose --label suite=e2e --json': 'for programs',
  });
}

async function diagnose(invocation: Invocation, ids: readonly string[], options: DiagnoseOptions): Promise<void> {
  if (options.run !== undefined && (ids.length > 0 || Object.keys(options).length > 1))
    throw usageError('--run names all that is looked at; leave out the ids and the other options');
  if (ids.length === 0) return diagnoseMany(invocation, options);
  const [unfit] = Object.keys(options);
  if (unfit !== undefined) throw usageError(`--${unfit} chooses many evaluations; give it, or ids, but not both`);
  const { client, out, json } = invocation;
  for (const [index, text] of ids.entries()) {
    const view = await client.diagnosis(await resolveId(client, text));
    if (json) await out.json(view);
    else await out.line(`${index > 0 ? '\n' : ''}${renderDiagnosis(view, out)}`);
  }
}

async function diagnoseMany({ client, out, json }: Invocation, options: DiagnoseOptions): Promise<void> {
  const view =
    options.run === undefined
      ? await client.diagnoseRange(filtersOf(options))
      : await client.diagnoseRun(await resolveId(client, options.run));
  if (json) await out.json(view);
  else await out.line(renderRangeDiagnosis(view, out));
}

function filtersOf({ since = new Date(Date.now() - RANGE_MS), label, name }: DiagnoseOptions): RangeFilters {
  return { since, ...defined({ labels: label, name }) };
}
