import { badge, duration, element } from './element.js';

const HEAD = ['Evaluation', 'Verdict', 'Evidence', 'Submitted', 'Took'];

/** All evaluations, newest first. */
export async function listView() {
  const answer = await fetch('/v1/evaluations?limit=200');
  if (!answer.ok) throw new Error(`the list cannot be read: ${answer.status}`);
  const { items } = await answer.json();
  if (items.length === 0)
    return element('p', { class: 'empty' }, 'No evaluations yet. Submit one: npx lacuna submit -- echo hello');
  const head = element(
    'tr',
    {},
    ...HEAD.map((name) => element('th', name === 'Evidence' ? { class: 'why' } : {}, name)),
  );
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...items.map(row)));
}

function row(item) {
  const took = item.settledAt === undefined ? '' : duration(item.settledAt - item.submittedAt);
  return element(
    'tr',
    {},
    element('td', {}, element('a', { href: `#/${item.id}` }, item.name)),
    element('td', {}, badge(item)),
    element('td', { class: 'why' }, item.reason ?? item.tests ?? ''),
    element('td', {}, new Date(item.submittedAt).toLocaleTimeString()),
    element('td', {}, took),
  );
}
