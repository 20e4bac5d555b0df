import { badge, duration, element } from './element.js';

/** What a column is called, and the class of its cells. */
const COLUMNS = { Evaluation: 'name', Verdict: 'verdict', Evidence: 'why', Submitted: 'when', Took: 'took' };

/** All evaluations, newest first. Its title says how many of them are still open. */
export async function listView() {
  const answer = await fetch('/v1/evaluations?limit=200');
  if (!answer.ok) throw new Error(`the list cannot be read: ${answer.status}`);
  const { items } = await answer.json();
  const open = items.filter(({ verdict }) => verdict === undefined).length;
  return { title: open === 0 ? 'Evaluations' : `Evaluations (${open} open)`, content: table(items) };
}

function table(items) {
  if (items.length === 0)
    return element('p', { class: 'empty' }, 'No evaluations yet. Submit one: npx lacuna submit -- echo hello');
  const head = element(
    'tr',
    {},
    ...Object.entries(COLUMNS).map(([name, column]) => element('th', { class: column }, name)),
  );
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...items.map(row)));
}

function row(item) {
  const took = item.settledAt === undefined ? '' : duration(item.settledAt - item.submittedAt);
  return element(
    'tr',
    {},
    element('td', { class: 'name' }, element('a', { href: `#/${item.id}` }, item.name)),
    element('td', {}, badge(item)),
    element('td', { class: 'why' }, item.reason ?? item.tests ?? ''),
    element('td', { class: 'when' }, when(new Date(item.submittedAt))),
    element('td', { class: 'took' }, took),
  );
}

/** The time, and of another day the date with it. */
function when(at) {
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString();
}
