import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { AttemptView, EvaluationView, Fact } from '@lacuna/contracts';
import { messagesIn } from './history.ts';
import type { RealCluster } from './kubernetes-system.ts';
import { runCli } from './run-cli.ts';
import { NODE_TEST, PYTEST, SUITE_IMAGE, suiteImage } from './suite-image.ts';

/** What is submitted each time, at once, and what must be said of it. */
const SUITES = {
  e2e: { command: PYTEST, verdict: 'passed', tests: '25 of 25' },
  integration: { command: NODE_TEST, verdict: 'passed', tests: '25 of 25' },
  broken: { command: `FAILS=1 ${PYTEST}`, verdict: 'failed', tests: '24 passed, 1 failed of 25' },
} as const;

/** One run of all suites. Times in milliseconds. */
interface LoadedRun {
  /** From the first submission to the last verdict. */
  readonly tookMs: number;
  /** The longest that a suite waited until its container ran, and from the end of its container to its verdict. */
  readonly startMs: number;
  readonly verdictMs: number;
  /** What is not as it must be. */
  readonly problems: readonly string[];
}

/** Waits for a Job shorter than this need no explanation. Milliseconds. */
const UNEXPLAINED_MS = 2_000;
/** How busy each processor is kept. */
const BUSY = 0.9;

/**
 * Runs real pytest and node:test suites in parallel on a real node of which every processor is 90 % busy, so many times, with `lacuna run`. A
 * problem is a wrong verdict, a log that is not sealed, an alert, or a wait that no fact explains.
 */
export async function runSuitesUnderLoad(cluster: RealCluster, times: number): Promise<LoadedRun[]> {
  await cluster.node.addImages(suiteImage());
  await using system = await cluster.system({ LACUNA_LOG_LEVEL: 'error' });
  await using _ = keepBusy();
  const runs: LoadedRun[] = [];
  for (let time = 0; time < times; time++) {
    const views = await runOnce(system.url);
    const facts = await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
    runs.push(judged(views, facts));
  }
  return runs;
}

type Views = Readonly<Partial<Record<string, EvaluationView>>>;

async function runOnce(url: string): Promise<Views> {
  const suites = Object.entries(SUITES).flatMap(([name, { command }]) => ['--suite', `${name}=${command}`]);
  const args = ['run', '--json', '--image', SUITE_IMAGE, ...suites];
  const { stdout, stderr } = await runCli(args, { LACUNA_URL: url });
  if (stdout === '') throw new Error(`lacuna run said nothing but: ${stderr}`);
  const told = JSON.parse(stdout) as { suites: { suite: string; view: EvaluationView }[] };
  return Object.fromEntries(told.suites.map(({ suite, view }) => [suite, view]));
}

function judged(views: Views, facts: readonly Fact[]): LoadedRun {
  const all = Object.values(views).filter((view) => view !== undefined);
  const latest = all.flatMap(({ attempts }) => attempts.slice(-1));
  return {
    tookMs: Math.max(...all.map(({ settledAt = NaN }) => settledAt)) - Math.min(...all.map((view) => view.submittedAt)),
    startMs: Math.max(...all.map((view, i) => (stageOf(latest[i], 'container.run')?.from ?? NaN) - view.submittedAt)),
    verdictMs: Math.max(
      ...all.map((view, i) => (view.settledAt ?? NaN) - (stageOf(latest[i], 'container.run')?.to ?? NaN)),
    ),
    problems: Object.entries(SUITES).flatMap(([name, wanted]) => problemsOf(name, views[name], wanted, facts)),
  };
}

function stageOf(attempt: AttemptView | undefined, stage: string) {
  return attempt?.stages.find((one) => one.stage === stage);
}

function problemsOf(
  name: string,
  view: EvaluationView | undefined,
  wanted: { readonly verdict: string; readonly tests: string },
  facts: readonly Fact[],
): string[] {
  if (view === undefined) return [`${name}: nobody knows of it`];
  const { verdict = 'none', tests = 'none', reason, findings, attempts } = view;
  const log = attempts.at(-1)?.log?.state ?? 'none';
  const is = `${verdict} (${reason}), ${tests}, log ${log}`;
  return [
    ...(verdict === wanted.verdict && tests === wanted.tests && log === 'sealed' ? [] : [`${name}: ${is}`]),
    ...findings.map(({ stage, cause, reason: why }) => `${name}: ${stage} ${cause}: ${why}`),
    ...unexplainedWait(
      name,
      facts.filter(({ evaluation }) => evaluation === view.id),
    ),
  ];
}

/** A wait for the Job of which its fact does not say what it was for. */
function unexplainedWait(name: string, facts: readonly Fact[]): string[] {
  const submitted = facts.find((fact) => fact.type === 'submitted');
  const job = facts.find((fact) => fact.type === 'job-created');
  if (submitted === undefined || job === undefined) return [`${name}: no Job`];
  const named = Object.values(job.data.delaysMs).reduce((sum, ms) => sum + ms, 0);
  const waited = job.at - submitted.at - named;
  return waited <= UNEXPLAINED_MS ? [] : [`${name}: ${Math.round(waited)} ms before its Job that no fact explains`];
}

const SPIN = `setInterval(() => { for (const end = Date.now() + ${BUSY * 100}; Date.now() < end;); }, 100)`;

/** Keeps each processor as busy as {@link BUSY}, until it is disposed. */
function keepBusy(): AsyncDisposable {
  const spinning: ChildProcess[] = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', SPIN], { stdio: 'ignore' }),
  );
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(
        spinning.map(async (child) => {
          const exited = once(child, 'exit');
          child.kill('SIGKILL');
          await exited;
        }),
      );
    },
  };
}
