import type { EvaluationView, Verdict } from '@lacuna/contracts';
import type { ReceivedAlert } from './alert-receiver.ts';
import type { TraceInJaeger } from './trace-in-jaeger.ts';

/** What must become of an evaluation. */
export interface Expected {
  readonly verdict: Verdict;
  /** What the evidence must say. */
  readonly tests?: string;
  readonly reason?: RegExp;
  /** `stage cause` of the broken span and of the one alert; absent = nothing may be broken and nobody may be alerted. */
  readonly broken?: string;
}

/** What became of it. */
export interface Seen {
  readonly view: EvaluationView;
  readonly alerts: readonly ReceivedAlert[];
  /** Undefined when there is no Jaeger. */
  readonly trace: TraceInJaeger | undefined;
}

/** What is not as expected, as lines that begin with a name; nothing, when all is well. */
export function unmet(name: string, expected: Expected, { view, alerts, trace }: Seen): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => void (holds || problems.push(`${name}: ${problem}`));
  expect(view.verdict === expected.verdict, `verdict ${view.verdict}, not ${expected.verdict} (${view.reason})`);
  if (expected.tests !== undefined)
    expect(view.tests?.startsWith(expected.tests) === true, `tests "${view.tests}", not "${expected.tests}"`);
  if (expected.reason !== undefined)
    expect(expected.reason.test(view.reason ?? ''), `reason "${view.reason}" does not match ${expected.reason}`);
  const raised = alerts.filter((alert) => alert.status === 'firing').map((alert) => `${alert.stage} ${alert.cause}`);
  const owed = expected.broken === undefined ? [] : [expected.broken];
  expect(raised.join() === owed.join(), `alerts [${raised.join(', ')}], not [${owed.join(', ')}]`);
  if (trace !== undefined) {
    const { roots, errorSpans } = trace;
    expect(roots === 1, `${roots} root spans in Jaeger, not 1`);
    expect(
      owed.every((span) => errorSpans.includes(span)),
      `error spans in Jaeger [${errorSpans.join(', ')}] lack ${owed.join()}`,
    );
    expect(
      owed.length > 0 || errorSpans.length === 0,
      `error spans in Jaeger [${errorSpans.join(', ')}], but none expected`,
    );
  }
  return problems;
}
