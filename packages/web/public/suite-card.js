import { aloneWords } from './alone.js';
import { badge, duration, element } from './element.js';
import { logStatement } from './log-statement.js';
import { besides, spanOf } from './overlap.js';

/** So many tests are named. */
const NAMED = 10;

/** Causes that are found by repeating a suite by itself. */
const FROM_COMPARISON = new Set(['interference', 'flaky']);

/** What became of a suite of a run, beside the others: its figures, what it is like alone, and the cause that leads its diagnosis. */
export function suiteCard({ suite, view, repetitions }, suites, cause) {
  if (view === undefined)
    return element(
      'section',
      { class: 'suite' },
      element('h3', {}, suite),
      element('p', { class: 'empty' }, 'was never submitted'),
    );
  const { id, verdict, phase, reason, submittedAt, settledAt, alone, attempts } = view;
  const attempt = attempts.at(-1);
  return element(
    'section',
    { class: 'suite' },
    element('h3', {}, element('a', { href: `#/${id}` }, suite), ' ', badge(view)),
    element(
      'p',
      { class: `reason ${verdict ?? 'open'}` },
      reason ?? `${phase} for ${duration(Date.now() - submittedAt)}`,
    ),
    element(
      'dl',
      {},
      ...entry('took', settledAt && duration(settledAt - submittedAt)),
      ...entry('ran', ranFor(view)),
      ...entry('beside', besides(view, suites).map(besideFor).join(', ')),
      ...entry('attempts', attempts.length > 1 ? String(attempts.length) : undefined),
      ...entry('failed', named(attempt.report?.failures)),
      ...entry('no result', named(attempt.report?.inFlight)),
      ...entry('log', logStatement(attempt.log, verdict)),
    ),
    ...aloneParts(alone),
    ...uncompared(repetitions, alone),
    ...causeParts(cause, alone),
  );
}

function entry(term, what) {
  return what === undefined || what === '' ? [] : [element('dt', {}, term), element('dd', {}, what)];
}

/** A number is not parted from its unit. */
function besideFor({ suite, ms }) {
  return `${suite} for ${duration(ms).replaceAll(' ', '\u00a0')}`;
}

function ranFor(view) {
  const ran = spanOf(view, Date.now());
  return ran && duration(ran.to - ran.from);
}

function named(tests = []) {
  const more = tests.length > NAMED ? ` and ${tests.length - NAMED} more` : '';
  return `${tests.slice(0, NAMED).join(', ')}${more}`;
}

function aloneParts(alone) {
  if (alone === undefined) return [];
  const { comparisons } = alone;
  const all = (of) => [...new Set(comparisons.flatMap(of))];
  const beside = all(({ overlapped }) =>
    overlapped.filter(({ node }) => node).map(({ suite, node }) => `${suite} (${node})`),
  );
  return [
    element('p', { class: 'so' }, `${aloneWords(alone)} ${countedPasses(comparisons)}`),
    element(
      'dl',
      {},
      ...entry('only together', named(all(({ failed }) => failed.onlyTogether))),
      ...entry('only alone', named(all(({ failed }) => failed.onlyAlone))),
      ...entry('lacked', all(({ fought }) => fought).join(', ')),
      ...entry('same node', named(beside)),
    ),
  ];
}

/** Repetitions of which no comparison tells yet. */
function uncompared(repetitions, alone) {
  const told = new Set(alone?.comparisons.map(({ time }) => time));
  return repetitions.flatMap((repetition, i) =>
    told.has(i + 1)
      ? []
      : [element('p', {}, element('a', { href: `#/${repetition.id}` }, `alone ${i + 1}`), ' ', badge(repetition))],
  );
}

function countedPasses(comparisons) {
  const passed = comparisons.filter(({ outcome }) => outcome === 'passes-alone').length;
  return `Alone it passed ${passed} of ${comparisons.length} times.`;
}

/** What to do, below the cause, which a comparison has said already where it is one of its own. */
function causeParts(cause, alone) {
  if (cause === undefined) return [];
  const isSaid = alone !== undefined && FROM_COMPARISON.has(cause.cause);
  const title = isSaid ? [] : [element('p', { class: 'so' }, cause.title)];
  return [...title, element('p', { class: 'advice' }, cause.advice)];
}
