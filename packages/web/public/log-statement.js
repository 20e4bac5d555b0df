import { element } from './element.js';

/** What is proven of a log, or lost of it, in a few words. */
export function logStatement(log, verdict) {
  if (log === undefined && verdict !== undefined) return element('span', { class: 'missing' }, 'never closed');
  if (log === undefined) return element('span', { class: 'open' }, 'not closed yet');
  const size = `${counted(log.bytes, 'byte')}, ${counted(log.lines, 'line')}`;
  return log.state === 'sealed'
    ? element('span', { class: 'ok' }, `sealed: ${size}, sha256 ${log.sha256.slice(0, 12)}…`)
    : element('span', { class: 'missing' }, `${log.state}: ${log.reason?.replace(`${log.state} `, '') ?? size}`);
}

function counted(count, noun) {
  return `${count.toLocaleString('en-US').replaceAll(',', ' ')} ${noun}${count === 1 ? '' : 's'}`;
}
