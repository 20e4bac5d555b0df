import { duration, element } from './element.js';
import { spanOf } from './overlap.js';

/** The suites of a run on one time axis: full while its command ran, thin before and after. One that was never submitted is not there. */
export function runTimeline(suites, now) {
  const rows = suites.flatMap(({ suite, view }) =>
    view === undefined ? [] : [{ suite, view, end: view.settledAt ?? now }],
  );
  const begin = Math.min(...rows.map(({ view }) => view.submittedAt));
  const length = Math.max(1, Math.max(...rows.map(({ end }) => end)) - begin);
  const bar = (kind, from, to) =>
    element('span', {
      class: `bar ${kind}`,
      style: { left: `${(100 * (from - begin)) / length}%`, width: `${(100 * (to - from)) / length}%` },
    });
  return element(
    'div',
    { class: 'timeline' },
    ...rows.map(({ suite, view, end }) => {
      const ran = spanOf(view, end);
      return element(
        'div',
        { class: `stage ${view.verdict ?? 'open'}` },
        element('a', { class: 'label', href: `#/${view.id}` }, suite),
        element('span', { class: 'track' }, bar('thin', view.submittedAt, end), ran && bar('', ran.from, ran.to)),
        element('span', { class: 'took' }, duration(end - view.submittedAt)),
      );
    }),
  );
}
