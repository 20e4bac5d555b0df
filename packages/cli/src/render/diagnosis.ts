import type { CauseView, Confidence, DiagnosisView, RangeDiagnosisView } from '@lacuna/contracts';
import { wrap } from '../text/display-width.ts';
import { printable } from '../text/printable.ts';
import { colorsOf, type Colors } from './paint.ts';
import type { RenderOptions } from './render-options.ts';

type Options = Omit<RenderOptions, 'now'>;

const INDENT = 3;
const CONFIDENCE_PAINT = { certain: 'red', likely: 'yellow', possible: 'dim' } as const satisfies Record<
  Confidence,
  keyof Colors
>;

/** A diagnosis for a terminal: the answer, then each cause with what speaks for (+) and against (-) it and the next step (→). */
export function renderDiagnosis(view: DiagnosisView, options: Options): string {
  const { bold, dim } = colorsOf(options.color);
  const causes = view.causes.flatMap((cause, index) => ['', ...causeLines(cause, index + 1, options)]);
  return [
    `${bold(printable(view.name))}  ${dim(view.id)}`,
    ...wrap(printable(view.headline), options.width),
    ...causes,
  ].join('\n');
}

/** The diagnosis of many for a terminal. */
export function renderRangeDiagnosis(view: RangeDiagnosisView, options: Options): string {
  const { bold, dim } = colorsOf(options.color);
  const causes = view.causes.flatMap(({ title, evaluations, examples, advice }) => [
    '',
    `${bold(String(evaluations))} × ${printable(title)}`,
    ...item('→', advice, options),
    ...item(' ', examples.join(' '), options).map(dim),
  ]);
  const shared = view.shared.flatMap(({ statement }) => item('•', statement, options));
  const more = view.unexamined > 0 ? ['', dim(`${view.unexamined} more were not looked at: narrow the range`)] : [];
  return [
    ...wrap(printable(view.headline), options.width),
    ...causes,
    ...(shared.length > 0 ? ['', 'what the broken ones share', ...shared] : []),
    ...more,
  ].join('\n');
}

function causeLines(cause: CauseView, number: number, options: Options): string[] {
  const colors = colorsOf(options.color);
  const confidence = colors[CONFIDENCE_PAINT[cause.confidence]](cause.confidence);
  return [
    `${number}. ${colors.bold(printable(cause.title))}  ${confidence}  ${colors.dim(cause.cause)}`,
    ...cause.for.flatMap((text) => item('+', text, options)),
    ...cause.against.flatMap((text) => item('-', text, options)),
    ...item('→', cause.advice, options),
  ];
}

function item(mark: string, text: string, { width }: Options): string[] {
  const room = Math.max(20, width - INDENT - 2);
  return wrap(printable(text), room).map((line, index) => `${' '.repeat(INDENT)}${index === 0 ? mark : ' '} ${line}`);
}
