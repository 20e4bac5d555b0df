import { duration, element } from './element.js';
import { spanOf } from './overlap.js';

/** The suites of a run on one time axis: full while its command ran, thin before and after. One that was never submitted is not there. */
export function runTimeline(suites, now) {
  const rows = suites.flatMap(({ suite, view }) =>
    view === undefined ? [] : [{ suite, view, end: view.settledAt ?? now }],
  );
  const begin = Math.min(...rows.map(({ view }) => view.submittedAt));
  const length = Math.max(1, Math.max(...rows.map(({ end }) => end)) - begin);
  return element('div', { class: 'timeline' }, ...rows.map((one) => row(one, { begin, length })));
}

function row({ suite, view, end }, axis) {
  return element(
    'div',
    { class: `stage ${view.verdict ?? 'open'}` },
    element('a', { class: 'label', href: `#/${view.id}` }, suite),
    element('span', { class: 'track' }, ...bars(view, end, axis)),
    element('span', { class: 'took' }, duration(end - view.submittedAt)),
  );
}

function bars(view, end, axis) {
  const ran = spanOf(view, end);
  if (ran === undefined) return [bar('thin', { from: view.submittedAt, to: end }, axis)];
  const after = ran.to < end ? bar('thin', { from: ran.to, to: end }, axis) : undefined;
  return [bar('thin', { from: view.submittedAt, to: ran.from }, axis), bar('', ran, axis), after];
}

function bar(kind, { from, to }, { begin, length }) {
  const style = { left: `${(100 * (from - begin)) / length}%`, width: `${(100 * (to - from)) / length}%` };
  return element('span', { class: `bar ${kind}`, style });
}
