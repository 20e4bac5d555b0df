import { duration, element } from './element.js';

const ALONE = {
  'passes-alone': 'It fails together, and passes alone.',
  'fails-the-same': 'It fails the same alone.',
  flaky: 'It is flaky: alone it does something else.',
};

/** What the repetitions of a suite say together. */
export function aloneWords({ verdict }) {
  return ALONE[verdict];
}

/** A suite of a run that was repeated by itself: what that says, and each repetition with what differs. Nothing when there is none. */
export function alone(compared) {
  if (compared === undefined) return [];
  return [
    element('h2', {}, 'Alone'),
    element('p', { class: 'reason' }, aloneWords(compared)),
    element('table', { class: 'alone' }, element('tbody', {}, ...compared.comparisons.map(row))),
  ];
}

function row({ alone: id, time, outcome, failed, fought, overlapped }) {
  return element(
    'tr',
    {},
    element('td', {}, element('a', { href: `#/${id}`, class: 'mono' }, `repetition ${time}`)),
    element('td', {}, outcome.replaceAll('-', ' ')),
    element('td', {}, failed.onlyTogether.length > 0 ? `failed only together: ${failed.onlyTogether.join(', ')}` : ''),
    element('td', {}, fought.length > 0 ? `lacked ${fought.join(', ')}` : ''),
    element('td', {}, overlapped.map(({ suite, ms }) => `beside ${suite} for ${duration(ms)}`).join(', ')),
  );
}
