import { element } from './element.js';

/** Why an evaluation waits or broke: ranked causes with what speaks for and against each. Nothing for one that is as it should be. */
export async function diagnosis(id, view) {
  if (view.verdict === 'passed') return [];
  const answer = await fetch(`/v1/evaluations/${id}/diagnosis`);
  if (!answer.ok) return [element('h2', {}, 'Diagnosis'), element('p', { class: 'empty' }, 'not available just now')];
  const { causes } = await answer.json();
  if (causes.length === 0) return [];
  return [element('h2', {}, 'Diagnosis'), element('ol', { class: 'causes' }, ...causes.map(cause))];
}

function cause({ title, confidence, for: pro, against, advice }) {
  const line = (kind) => (text) => element('p', { class: kind }, text);
  return element(
    'li',
    {},
    element('strong', {}, title),
    ` (${confidence})`,
    ...pro.map(line('for')),
    ...against.map(line('against')),
    line('advice')(advice),
  );
}
