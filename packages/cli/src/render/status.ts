import { formatDuration, type AttemptView, type EvaluationView, type FindingView } from '@lacuna/contracts';
import { pad, wrap } from '../text/display-width.ts';
import { printable } from '../text/printable.ts';
import { someOf } from '../text/some-of.ts';
import { describeAlone } from './alone.ts';
import { describeLog } from './describe-log.ts';
import { colorsOf } from './paint.ts';
import type { RenderOptions } from './render-options.ts';
import { renderTimeline } from './timeline.ts';
import { renderState } from './verdict.ts';

/** Columns of the labels of facts, and how many tests are named. */
const LABEL_WIDTH = 10;
const NAMED_TESTS = 5;

/** An evaluation for a terminal: what it is, its stages on a time axis, the evidence, the findings and where to look. No final newline. */
export function renderStatus(view: EvaluationView, options: RenderOptions): string {
  const settled = view.verdict !== undefined;
  const timelines = view.attempts.flatMap((attempt) => [
    '',
    ...(view.attempts.length > 1 ? [`attempt ${attempt.attempt} of ${view.attempts.length}`] : []),
    ...renderTimeline(attempt.stages, { ...options, settled }),
  ]);
  return [...heading(view, options), ...timelines, '', ...facts(view, options)].join('\n');
}

function heading(view: EvaluationView, { now, width, color }: RenderOptions): string[] {
  const { bold, dim } = colorsOf(color);
  const submitted = new Date(view.submittedAt).toISOString().replace('T', ' ').slice(0, 19);
  const since =
    view.settledAt === undefined
      ? `${formatDuration(Math.max(0, now - view.submittedAt))} ago`
      : `settled after ${formatDuration(view.settledAt - view.submittedAt)}`;
  return [
    `${bold(printable(view.name))}  ${dim(view.id)}`,
    renderState(view, color),
    ...wrap(printable(view.reason ?? ''), width - 2).flatMap((line) => (line === '' ? [] : [`  ${line}`])),
    dim(`submitted ${submitted} UTC, ${since}`),
  ];
}

/** What is known, a label and a text each; what is not known has no line. */
function facts(view: EvaluationView, options: RenderOptions): string[] {
  const attempt = view.attempts.at(-1);
  const { yellow, red } = colorsOf(options.color);
  const rows: [label: string, text: string | undefined, paint?: (text: string) => string][] = [
    ['warning', attempt?.warning, yellow],
    ['exit', exitOf(view)],
    ['log', attempt?.log === undefined ? undefined : describeLog(attempt.log)],
    ['tests', view.tests],
    ['failed', someOf(attempt?.report?.failures ?? [], NAMED_TESTS), red],
    ['no result', someOf(attempt?.report?.inFlight ?? [], NAMED_TESTS), red],
    ['alone', view.alone && describeAlone(view.alone), yellow],
    ['job', attempt?.job],
    ['pod', podOf(view, attempt)],
    ['absent', view.evidence?.absent.join(', '), yellow],
    ...view.findings.map((finding): (typeof rows)[number] => [
      'finding',
      findingText(finding, view),
      findingPaint(finding),
    ]),
    ['log at', view.links.log],
    ['trace', view.links.trace],
  ];
  return rows.flatMap(([label, text, paint]) => factLines(label, text, { width: options.width, paint }));

  function findingPaint({ clearedAt }: FindingView): (text: string) => string {
    return clearedAt === undefined ? red : yellow;
  }
}

function factLines(
  label: string,
  text: string | undefined,
  { width, paint }: { readonly width: number; readonly paint: ((text: string) => string) | undefined },
): string[] {
  if (text === undefined || text === '') return [];
  const lines = wrap(printable(text), width - LABEL_WIDTH);
  return lines.map((line, i) => pad(i === 0 ? label : '', LABEL_WIDTH) + (paint === undefined ? line : paint(line)));
}

function exitOf({ evidence }: EvaluationView): string | undefined {
  if (evidence?.signal !== undefined) return `signal ${evidence.signal}`;
  return evidence?.exitCode === undefined ? undefined : `code ${evidence.exitCode}`;
}

function podOf({ evidence }: EvaluationView, attempt: AttemptView | undefined): string | undefined {
  const pods = evidence?.podUid ?? attempt?.podUids.join(', ');
  return evidence?.containerId === undefined ? pods : `${pods}, container ${evidence.containerId}`;
}

function findingText({ stage, cause, reason, raisedAt, clearedAt }: FindingView, view: EvaluationView): string {
  const raised = `raised after ${formatDuration(Math.max(0, raisedAt - view.submittedAt))}`;
  const cleared = clearedAt === undefined ? '' : `, cleared ${formatDuration(Math.max(0, clearedAt - raisedAt))} later`;
  return `${stage} ${cause}: ${reason} (${raised}${cleared})`;
}
