import type { Accepted, EvaluationSpec } from '@lacuna/contracts';
import type { Command } from 'commander';
import { EXIT_CODE_HELP } from '../exit-code.ts';
import { Interruption } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { leaveRunning } from '../leave-running.ts';
import { wholeNumber } from '../option-values.ts';
import { readSpecFile } from '../read-spec-file.ts';
import { specOf, type SpecFlags } from '../spec-of.ts';
import { addSpecOptions } from '../spec-options.ts';
import { usageError } from '../usage-error.ts';
import { waitWithLog } from '../wait-with-log.ts';
import { withExamples } from '../with-examples.ts';

interface SubmitCommandOptions extends SpecFlags {
  readonly file?: string;
  readonly wait?: boolean;
}

/** `lacuna submit`. */
export function submitCommand(command: Command): void {
  addSpecOptions(command)
    .usage('[options] -- COMMAND…')
    .argument('[command...]', 'the program to run and its arguments, after --')
    .option('-f, --file <spec>', 'spec to start from: .json, .yaml, or - for standard input')
    .option('--name <name>', 'a name, to recognise it by')
    .option('--expect-tests <n>', 'how many tests must report a result', wholeNumber(0))
    .option('--wait', 'stream the log, wait for the verdict and exit with its code')
    .exitOverride(rethrowWithHint)
    .action(async (program: string[], options: SubmitCommandOptions) =>
      submit(invocationOf(command), program, options),
    );
  withExamples(command, {
    'lacuna submit --wait -- pytest -v tests/integration': EXIT_CODE_HELP,
    'lacuna submit -f evaluation.yaml --label suite=e2e --expect-tests 25': 'a spec from a file, with changes',
  });
}

function rethrowWithHint(error: Error & { readonly code: string }): never {
  if (error.code === 'commander.unknownOption')
    error.message += '; options of the program itself go behind --, as in: lacuna submit -- pytest -v';
  throw error;
}

async function submit(
  invocation: Invocation,
  program: readonly string[],
  { file, wait = false, ...flags }: SubmitCommandOptions,
): Promise<void> {
  if (file === undefined && program.length === 0)
    throw usageError('nothing to run; give a command, as in: lacuna submit -- pytest -v, or a spec with -f');
  const spec = specOf(file === undefined ? {} : await readSpecFile(file), flags, program);
  using interruption = new Interruption();
  let id: string | undefined;
  try {
    const accepted = await send(invocation, spec, interruption.signal);
    if (!wait) return await printAccepted(invocation, accepted);
    id = accepted.id;
    process.exitCode = await waitWithLog(invocation, id, interruption.signal);
  } catch (error) {
    if (interruption.happened) return leaveRunning(invocation, id === undefined ? [] : [id]);
    if (id !== undefined) await invocation.err.line(`${id} goes on; wait for it with: lacuna wait ${id}`);
    throw error;
  }
}

function send({ client, err, progress }: Invocation, spec: EvaluationSpec, signal: AbortSignal): Promise<Accepted> {
  return client.submit(spec, {
    signal,
    onRetry: (error, waitMs) => {
      if (progress) void err.line(`${error.message}; trying again in ${Math.ceil(waitMs / 1_000)} s`);
    },
  });
}

async function printAccepted({ out, err, json, progress }: Invocation, accepted: Accepted): Promise<void> {
  if (json) return out.json(accepted);
  await out.line(accepted.id);
  if (progress && out.isTerminal) await err.line(`watch it with: lacuna logs -f ${accepted.id}`);
}
