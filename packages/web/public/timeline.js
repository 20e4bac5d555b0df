import { duration, element } from './element.js';

/** The signs of outcomes; what is missing or late is said in words beside. */
const SIGNS = { ok: '✔', late: '✔', failed: '✖', missing: '✖', open: '…', 'not-owed': '·' };
const SAID = new Set(['missing', 'late']);

/** The stages of the span contract on one time axis, holes hatched, with the reason under each that is not ok. `settled`: no more will come. */
export function timeline(stages, now, settled) {
  const times = stages.flatMap((stage) => [stage.from, endOf(stage, now)]).filter((time) => time !== undefined);
  const begin = Math.min(...times);
  const length = Math.max(1, Math.max(...times) - begin);
  return element('div', { class: 'timeline' }, ...stages.map((stage) => row(stage, { begin, length, now, settled })));
}

function row(stage, { begin, length, now, settled }) {
  const end = endOf(stage, now);
  const label = SAID.has(stage.outcome) ? `${stage.stage} ${stage.outcome}` : stage.stage;
  const sign = element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[stage.outcome]);
  const track = element('span', { class: 'track' });
  if (stage.from !== undefined && end !== undefined && stage.outcome !== 'not-owed') {
    const left = `${(100 * (stage.from - begin)) / length}%`;
    track.append(element('span', { class: 'bar', style: { left, width: `${(100 * (end - stage.from)) / length}%` } }));
  }
  const took =
    stage.outcome === 'not-owed'
      ? settled
        ? 'not owed'
        : 'not reached'
      : stage.from === undefined || end === undefined
        ? ''
        : duration(end - stage.from);
  const why =
    stage.outcome === 'ok' || stage.reason === undefined ? undefined : element('span', { class: 'say' }, stage.reason);
  return element(
    'div',
    { class: `stage ${stage.outcome}` },
    element('span', { class: 'label', title: stage.service }, sign, label),
    track,
    element('span', { class: 'took' }, took),
    why,
  );
}

function endOf(stage, now) {
  return stage.to ?? (stage.outcome === 'open' && stage.from !== undefined ? Math.max(stage.from, now) : undefined);
}
