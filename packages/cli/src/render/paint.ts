import type { StageOutcome, Verdict } from '@lacuna/contracts';
import picocolors from 'picocolors';

export type Paint = (text: string) => string;
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours that are on or off by order, never by what the environment says: rendering is pure. */
export function colorsOf(on: boolean): Colors {
  return picocolors.createColors(on);
}

interface Style {
  readonly mark: string;
  readonly word: string;
  readonly paint: keyof Colors & ('green' | 'red' | 'yellow' | 'cyan' | 'dim');
}

/** How verdicts look; the mark and the word say it without colour too. */
export const VERDICT_STYLES: Readonly<Record<Verdict, Style>> = {
  passed: { mark: '✔', word: 'passed', paint: 'green' },
  failed: { mark: '✖', word: 'failed', paint: 'red' },
  error: { mark: '✖', word: 'error', paint: 'red' },
  timed_out: { mark: '✖', word: 'timed out', paint: 'red' },
  incomplete: { mark: '?', word: 'incomplete', paint: 'yellow' },
  cancelled: { mark: '■', word: 'cancelled', paint: 'dim' },
};

interface StageStyle extends Style {
  /** What its bar is drawn with: a hole looks like one. */
  readonly bar: string;
}

/** How stages look. */
export const STAGE_STYLES: Readonly<Record<StageOutcome, StageStyle>> = {
  ok: { mark: '✔', word: '', paint: 'green', bar: '━' },
  late: { mark: '✔', word: 'late', paint: 'yellow', bar: '━' },
  failed: { mark: '✖', word: 'failed', paint: 'red', bar: '━' },
  missing: { mark: '✖', word: 'missing', paint: 'red', bar: '╌' },
  open: { mark: '…', word: 'open', paint: 'cyan', bar: '─' },
  'not-owed': { mark: '·', word: 'not owed', paint: 'dim', bar: ' ' },
};
