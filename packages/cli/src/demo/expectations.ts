import type { EvaluationView } from '@lacuna/contracts';
import type { ReceivedAlert } from './alert-receiver.ts';
import type { Act } from './cast.ts';
import type { TraceInJaeger } from './trace-in-jaeger.ts';

/** What was seen of one act in the end. */
export interface Seen {
  readonly act: Act;
  readonly view: EvaluationView;
  readonly alerts: readonly ReceivedAlert[];
  /** Undefined when there is no Jaeger. */
  readonly trace: TraceInJaeger | undefined;
}

/** What is not as the story demands; nothing, when all is well. */
export function unmet({ act, view, alerts, trace }: Seen): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => void (holds || problems.push(`${act.key}: ${problem}`));
  expect(view.verdict === act.verdict, `verdict ${view.verdict}, not ${act.verdict} (${view.reason})`);
  if (act.tests !== undefined)
    expect(view.tests?.startsWith(act.tests) === true, `tests "${view.tests}", not "${act.tests}"`);
  if (act.reason !== undefined)
    expect(act.reason.test(view.reason ?? ''), `reason "${view.reason}" does not match ${act.reason}`);
  const raised = alerts.filter((alert) => alert.status === 'firing').map((alert) => `${alert.stage} ${alert.cause}`);
  const owed = act.broken === undefined ? [] : [act.broken];
  expect(raised.join() === owed.join(), `alerts [${raised.join(', ')}], not [${owed.join(', ')}]`);
  if (trace !== undefined) {
    const { roots, errorSpans } = trace;
    expect(roots === 1, `${roots} root spans in Jaeger, not 1`);
    expect(
      owed.every((name) => errorSpans.includes(name)),
      `error spans in Jaeger [${errorSpans.join(', ')}] lack ${owed.join()}`,
    );
    expect(
      owed.length > 0 || errorSpans.length === 0,
      `error spans in Jaeger [${errorSpans.join(', ')}], but none expected`,
    );
  }
  return problems;
}
