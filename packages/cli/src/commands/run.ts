import { parseSpec, runTraceIdOf } from '@lacuna/contracts';
import type { Command } from 'commander';
import { EXIT_CODE_HELP, exitCodeOf } from '../exit-code.ts';
import { Interruption } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { addPair, wholeNumber } from '../option-values.ts';
import { collectResult } from '../run/collect-result.ts';
import { ctrfOf } from '../run/ctrf.ts';
import { followSuites } from '../run/follow-suites.ts';
import { junitOf } from '../run/junit.ts';
import { planRun } from '../run/plan-run.ts';
import { renderRun } from '../run/render-run.ts';
import { ReportFile } from '../run/report-file.ts';
import { runAlone } from '../run/run-alone.ts';
import type { RunResult } from '../run/run-result.ts';
import { addSuite, specOfSuite, type Suite } from '../run/suite.ts';
import { SuiteRun } from '../run/suite-run.ts';
import type { SpecFlags } from '../spec-of.ts';
import { addSpecOptions } from '../spec-options.ts';
import { withExamples } from '../with-examples.ts';

interface RunOptions extends Omit<SpecFlags, 'name' | 'expectTests'> {
  readonly suite?: readonly Suite[];
  readonly suiteReport?: Readonly<Record<string, string>>;
  readonly alone?: number | true;
  readonly junit?: string;
  readonly ctrf?: string;
}

/** Of one suite; the spec allows no more. */
const MOST_REPETITIONS = 100;

/** `lacuna run`. */
export function runCommand(command: Command): void {
  addSpecOptions(command)
    .option('--suite <name=cmd>', 'a suite and what a shell runs for it; may be repeated', addSuite)
    .option('--suite-report <name=format>', 'as --report, for one suite; may be repeated', addPair)
    .option(
      '--alone [times]',
      'repeat by itself each suite that did not pass, once by default, and compare',
      wholeNumber(1, MOST_REPETITIONS),
    )
    .option(
      '--junit <file>',
      'write the result as JUnit XML, with every test where the log or a report file names them all',
    )
    .option('--ctrf <file>', 'write the result as a CTRF report')
    .action((options: RunOptions) => run(invocationOf(command), options));
  withExamples(command, {
    'lacuna run --suite e2e="npx playwright test" --suite unit="pytest -v" --junit results.xml': `${EXIT_CODE_HELP}: that of the worst verdict`,
    'lacuna run --suite js="npx vitest run --reporter=junit --outputFile=r.xml" --suite-report js=junit:r.xml --junit results.xml':
      'every test by name, whatever the log shows of it',
    'lacuna run --suite a="npm test" --suite b="pytest" --alone 3':
      'repeats each suite that did not pass by itself, three times, and says whether it fails only together',
  });
}

async function run(invocation: Invocation, options: RunOptions): Promise<void> {
  const { suite: suites = [], suiteReport: reports = {}, alone, junit, ctrf, ...flags } = options;
  const plan = planRun(suites, reports, flags);
  const specs = suites.map((suite) => ({ suite, spec: parseSpec(specOfSuite(plan, suite)) }));
  const files = await ReportFile.openAll({ junit, ctrf });
  using interruption = new Interruption();
  const isNamed = junit !== undefined || ctrf !== undefined;
  const runs = specs.map(({ suite, spec }) => new SuiteRun(suite, spec, isNamed));
  try {
    await followSuites(invocation, runs, interruption.signal);
    const repeated = { plan, together: runs, times: alone === true ? 1 : (alone ?? 0) };
    if (repeated.times > 0) await runAlone(invocation, repeated, interruption.signal);
  } catch (error) {
    for (const { id } of runs) if (id !== undefined) await invocation.err.line(`${id} may go on: lacuna cancel ${id}`);
    throw error;
  }
  const result = await collectResult(plan.id, runs, isNamed ? invocation.client : undefined);
  await files.junit?.write(junitOf(result));
  await files.ctrf?.write(`${JSON.stringify(ctrfOf(result), undefined, 2)}\n`);
  await tell(result, invocation);
  process.exitCode = exitCodeOf(result.suites.map(({ view }) => view));
}

async function tell(result: RunResult, { out, json }: Invocation): Promise<void> {
  const { id, suites } = result;
  if (json) {
    // The list of all tests is for the report files.
    const told = suites.map(({ suite, view, noVerdict }) => ({ suite, view, ...(noVerdict && { noVerdict }) }));
    return out.json({ run: id, traceId: runTraceIdOf(id), suites: told });
  }
  await out.line(['', ...renderRun(result, out)].join('\n'));
}
