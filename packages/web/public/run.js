import { element, stateOf } from './element.js';
import { problemOf } from './problem-of.js';
import { runTimeline } from './run-timeline.js';
import { suiteCard } from './suite-card.js';

/** The suites of a run side by side: when each ran and beside which, what became of it, what it is like alone, and what the broken ones share. */
export async function runView(of) {
  const answer = await fetch(`/v1/evaluations/${of}/run`);
  if (!answer.ok) throw new Error(await problemOf(answer, 'The run'));
  const { suites, links, traceId, run } = await answer.json();
  // Afterwards, so that it knows at least what the run was read to be.
  const diagnosed = await fetch(`/v1/diagnosis?run=${encodeURIComponent(of)}`);
  const diagnosis = diagnosed.ok ? await diagnosed.json() : undefined;
  const views = suites.flatMap(({ view }) => (view === undefined ? [] : [view]));
  const repetitions = suites.flatMap((suite) => suite.repetitions);
  const counts = countsOf(views);
  return {
    title: `Run: ${counts}`,
    isOpen: [...views, ...repetitions].some(({ verdict }) => verdict === undefined),
    about: [run, ...[...views, ...repetitions].map(({ id }) => id)],
    content: element(
      'article',
      {},
      element('h1', {}, `Run of ${suites.map(({ suite }) => suite).join(', ')}`),
      element('p', { class: 'reason' }, counts),
      element('p', { class: 'facts' }, element('span', { class: 'mono' }, run), traceOf(links, traceId)),
      element('h2', {}, 'Side by side'),
      runTimeline(suites, Date.now()),
      element('div', { class: 'suites' }, ...suites.map((one) => suiteCard(one, suites, leadingCause(one, diagnosis)))),
      ...shared(diagnosis),
    ),
  };
}

/** Such as `2 passed, 1 failed`. */
function countsOf(views) {
  const counts = new Map();
  for (const { word } of views.map(stateOf)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

function traceOf({ trace }, traceId) {
  return trace.startsWith('http')
    ? element('a', { href: trace }, 'trace of the run')
    : element('span', {}, `trace ${traceId}`);
}

/** The cause that leads the diagnosis of a suite; undefined when nothing is wrong with it, or it is not said. */
function leadingCause({ view }, diagnosis) {
  return diagnosis?.causes.find(({ examples }) => examples.includes(view?.id));
}

/** What tells the broken suites from the others. */
function shared(diagnosis) {
  if (diagnosis === undefined || diagnosis.shared.length === 0) return [];
  const lines = diagnosis.shared.map(({ statement }) => element('li', {}, statement));
  return [element('h2', {}, 'What the broken ones share'), element('ul', {}, ...lines)];
}
