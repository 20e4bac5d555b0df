import { badge, duration, element } from './element.js';
import { problemOf } from './problem-of.js';

/** What a column is called, and the class of its cells. */
const COLUMNS = { Evaluation: 'name', Verdict: 'verdict', Evidence: 'why', Submitted: 'when', Took: 'took' };

/** So many are listed at a time. */
const LISTED = 200;

/** Evaluations, newest first, from a cursor on, with a link to those before. Its title says how many of them are still open. */
export async function listView(cursor) {
  const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const answer = await fetch(`/v1/evaluations?limit=${LISTED}${from}`);
  if (!answer.ok) throw new Error(await problemOf(answer, 'The list'));
  const { items, next } = await answer.json();
  const open = items.filter(({ verdict }) => verdict === undefined).length;
  return {
    title: open === 0 ? 'Evaluations' : `Evaluations (${open} open)`,
    content: element('div', {}, table(items), older(next)),
  };
}

function older(next) {
  return next && element('p', {}, element('a', { href: `#/older/${next}` }, 'older evaluations'));
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
    element('td', { class: 'name' }, element('a', { href: `#/${item.id}` }, item.name), ...runLink(item)),
    element('td', {}, badge(item)),
    element('td', { class: 'why' }, ...evidence(item)),
    element('td', { class: 'when' }, when(new Date(item.submittedAt))),
    element('td', { class: 'took' }, took),
  );
}

/** The suites of a run are seen side by side one click away; a repetition of one has its name. */
function runLink({ id, run }) {
  if (run === undefined) return [];
  return [
    ' ',
    element('a', { href: `#/run/${id}`, class: 'run' }, run.alone === undefined ? 'run' : `alone ${run.alone}`),
  ];
}

/** What is known, and, of one that goes on, that something is wrong with it already. */
function evidence({ verdict, reason, tests, findings }) {
  const known = reason ?? tests;
  if (verdict !== undefined || findings === 0) return known === undefined ? [] : [known];
  const found = element('span', { class: 'missing' }, findings === 1 ? '1 finding' : `${findings} findings`);
  return known === undefined ? [found] : [`${known}; `, found];
}

/** The time, and of another day the date with it. */
function when(at) {
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString();
}
