import { formatDuration } from '@lacuna/contracts';
import { colorsOf } from '../render/paint.ts';
import type { RenderOptions } from '../render/render-options.ts';
import { waitsFor } from '../render/waiting.ts';
import { cut } from '../text/display-width.ts';
import type { SuiteRun } from './suite-run.ts';

/** Where a suite is: `… e2e  running  12 of 25 tests  3.2s`, or what it waits for while it does not run. */
export function renderSuiteProgress({ title, view, progress }: SuiteRun, { now, width, color }: RenderOptions): string {
  const elapsed = view === undefined ? '' : formatDuration(Math.max(0, now - view.submittedAt));
  const { done, collected } = progress;
  const tests =
    done === 0 && collected === undefined ? '' : `${done}${collected === undefined ? '' : ` of ${collected}`} tests`;
  const waiting = view === undefined || tests !== '' ? '' : waitsFor(view, now);
  const parts = ['…', title, view?.phase ?? 'submitting', tests, elapsed, waiting].filter((part) => part !== '');
  return colorsOf(color).cyan(cut(parts.join('  '), width));
}
